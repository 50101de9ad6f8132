"""The approval matrix of domain.md 5 as explicit rows: what holds where a tenant has put no policy of its own in force."""

from __future__ import annotations

from dispatch.approving.policy import Level, Policy, Post, Row, TripPlace, TripTime, When, Where, Who
from fleet.access import Role

LONG_H = 72.0  # three days

UNIT_APPROVER = Who(role=Role.APPROVER)
PARENT_APPROVER = Who(role=Role.APPROVER, of=Where.PARENT)
LEADER = Who(post=Post.LEADER_IN_CHARGE)
CHIEF = Who(post=Post.CHIEF)
DUTY_LEADER = Who(post=Post.DUTY_LEADER)


def _levels(*who: Who) -> tuple[Level, ...]:
    return tuple(Level(who=each) for each in who)


_IN_AREA, _AWAY = frozenset({TripPlace.IN_AREA}), frozenset({TripPlace.OUT_OF_CITY, TripPlace.OUT_OF_PROVINCE})
DEFAULT = Policy(
    rows=(
        Row(
            code="in_area", name="市域内用车", name_en="Within the area",
            when=When(places=_IN_AREA), levels=_levels(UNIT_APPROVER),
        ),
        Row(
            code="in_area_long", name="市域内超过三天", name_en="Within the area, more than three days",
            when=When(places=_IN_AREA, over_h=LONG_H), levels=_levels(UNIT_APPROVER, PARENT_APPROVER),
        ),
        Row(
            code="off_hours", name="非工作时间用车", name_en="Outside working hours",
            when=When(times=frozenset({TripTime.OFF_HOURS})), levels=_levels(UNIT_APPROVER, PARENT_APPROVER),
        ),
        Row(
            code="out_of_city", name="出市用车", name_en="Out of the city",
            when=When(places=_AWAY), levels=_levels(UNIT_APPROVER, LEADER),
        ),
        Row(
            code="out_of_province", name="出省用车", name_en="Out of the province",
            when=When(places=frozenset({TripPlace.OUT_OF_PROVINCE})), levels=_levels(UNIT_APPROVER, LEADER, CHIEF),
        ),
        Row(
            code="holiday", name="节假日用车", name_en="On a holiday",
            when=When(times=frozenset({TripTime.HOLIDAY})),
            levels=(Level(who=UNIT_APPROVER), Level(who=DUTY_LEADER, note_required=True)),
        ),
    ),
    overriders=(CHIEF, DUTY_LEADER),
)  # fmt: skip
