"""Changes of the rules as they are read, checked and tried, and the values in force with where each comes from."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from fleet.errors import Invalid
from fleet.vehicle import Relation
from geofence.facts import CustodySpan
from geofence.live.chosen_rules import ProfileRow, RuleRow
from geofence.live.registry import facts_of
from geofence.preview.rules import RuleDraft, concerned, with_change
from geofence.rulebook.change import (
    EndChange,
    MuteChange,
    ParametersChange,
    ProfileChange,
    RuleSet,
    Scope,
    Wanted,
    What,
    as_json,
    check,
    read_change,
    span,
    what_of,
)
from geofence.rulebook.values import values
from geofence.rules.profiles import Profile
from tests.unit.test_geofence_registry import register

NOW = datetime(2026, 11, 29, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)


def of(rule: str, **parameters: Any) -> dict[str, Any]:
    return {"rules": {rule: {"parameters": parameters}}}


@pytest.mark.parametrize(
    ("what", "body", "field", "reason"),
    [
        ("parameters", {}, "rules", "empty"),
        ("parameters", {"rules": {"R07": 3}}, "rules.R07", "not_an_object"),
        ("parameters", of("R99"), "rules.R99", "unknown_rule"),
        ("parameters", of("R07", corridor=1), "rules.R07.corridor", "unknown_parameter"),
        ("parameters", of("R07", corridor_m="wide"), "rules.R07.corridor_m", "wrong_type"),
        ("parameters", of("R07", corridor_m=True), "rules.R07.corridor_m", "wrong_type"),
        ("parameters", of("R07", corridor_m=0), "rules.R07.corridor_m", "out_of_range"),
        ("parameters", of("R07", corridor_m=float("nan")), "rules.R07.corridor_m", "out_of_range"),
        ("parameters", of("R03", quiet_from="late"), "rules.R03.quiet_from", "not_a_time"),
        ("parameters", of("R03", use_work_hours=1), "rules.R03.use_work_hours", "wrong_type"),
        ("parameters", {"rules": {"R07": {"enabled": "no"}}}, "rules.R07.enabled", "wrong_type"),
        ("profile", {"profile": "soft"}, "profile", "unknown"),
        ("mute", {"rule": "R99"}, "rule", "unknown_rule"),
        ("mute", {"rule": {}}, "rule", "unknown_rule"),
        ("end", {"of": "end", "id": str(uuid4())}, "of", "unknown"),
        ("end", {"of": "mute", "id": "7"}, "id", "unknown"),
    ],
)
def test_what_a_change_cannot_say_is_named(what: str, body: dict[str, Any], field: str, reason: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_change(What(what), body)
    assert refused.value.params == {"field": field, "reason": reason}


def test_a_change_reads_back_as_it_was_written() -> None:
    """Also whole numbers of a decimal parameter, and a rule that is switched off."""
    named = {"R07": RuleSet(parameters={"corridor_m": 300}), "R12": RuleSet(enabled=False)}
    for change in (
        ParametersChange(rules=named),
        ProfileChange(profile=Profile.STRICT),
        MuteChange(rule="R15"),
        EndChange(of=What.MUTE, id=uuid4()),
    ):
        assert read_change(what_of(change), as_json(change)) == change


MUTE, VALUES = MuteChange(rule="R15"), ParametersChange(rules={"R07": RuleSet()})
UNIT = Scope(unit_id=uuid4())


@pytest.mark.parametrize(
    ("change", "more", "field", "reason"),
    [
        (VALUES, {"reason": " ab "}, "reason", "too_short"),
        (VALUES, {"reason": "x" * 501}, "reason", "too_long"),
        (VALUES, {"scope": Scope(vehicle_class="tank")}, "vehicle_class", "unknown"),
        (VALUES, {"scope": Scope(vehicle_id=uuid4())}, "vehicle_id", "only_of_a_mute"),
        (VALUES, {"from_at": NOW - HOUR}, "from_at", "in_the_past"),
        (VALUES, {"from_at": NOW + timedelta(days=367)}, "from_at", "too_far"),
        (VALUES, {"from_at": NOW + HOUR, "to_at": NOW + HOUR}, "to_at", "before_from"),
        (VALUES, {"to_at": NOW}, "to_at", "before_from"),
        (MUTE, {"scope": UNIT}, "to_at", "empty"),
        (MUTE, {"scope": UNIT, "to_at": NOW + timedelta(days=93)}, "to_at", "span_too_long"),
        (MUTE, {"to_at": NOW + HOUR}, "vehicle_id", "unit_or_vehicle"),
        (MUTE, {"scope": Scope(unit_id=uuid4(), vehicle_id=uuid4()), "to_at": NOW + HOUR}, "vehicle_id", "unit_or_vehicle"),
        (EndChange(of=What.MUTE, id=uuid4()), {"to_at": NOW + HOUR}, "to_at", "has_no_end"),
    ],
)  # fmt: skip
def test_scope_reason_and_span_must_fit(change: Any, more: dict[str, Any], field: str, reason: str) -> None:
    """A mute needs one whom and an end within three months; nothing reaches back; everything has its reason."""
    wanted = Wanted(change=change, **{"scope": Scope(), "reason": "检查要求", **more})
    with pytest.raises(Invalid) as refused:
        check(wanted, NOW)
    assert refused.value.params == {"field": field, "reason": reason}


def test_a_date_that_passes_before_publication_holds_from_publication() -> None:
    wanted = Wanted(change=VALUES, scope=Scope(), reason="检查要求", from_at=NOW + HOUR, to_at=NOW + 3 * HOUR)
    check(wanted, NOW)
    assert span(wanted, NOW) == (NOW + HOUR, NOW + 3 * HOUR)
    assert span(wanted, NOW + 2 * HOUR) == (NOW + 2 * HOUR, NOW + 3 * HOUR)
    with pytest.raises(Invalid):
        span(wanted, NOW + 3 * HOUR)


def row(number: int, unit: str | None = None, vehicle_class: str | None = None, **parameters: object) -> RuleRow:
    return RuleRow(
        id=f"v{number}", tenant_id="t", rule="R07", version_no=number, unit_id=unit, vehicle_class=vehicle_class,
        enabled=number != 9, parameters=parameters,
    )  # fmt: skip


def test_values_say_where_they_come_from() -> None:
    """Default, profile, version; the narrowest version speaks alone, what it leaves open is the profile's."""
    rows = [row(1, minimum_min=1.0), row(2, "bureau", corridor_m=300.0), row(9, "bureau", "bus")]
    strict = ProfileRow(tenant_id="t", version_no=4, unit_id="root", vehicle_class=None, profile=Profile.STRICT)
    parents = {"section": "bureau", "bureau": "root"}

    def told(unit: str | None, vehicle_class: str | None = None) -> tuple[Any, ...]:
        found = values(rows, [strict], parents, unit, vehicle_class, 5)
        rule = next(each for each in found.rules if each.rule == "R07")
        said = {each.name: (each.value, each.source) for each in rule.values}
        return found.profile, rule.version_no, rule.enabled, said["corridor_m"], said["minimum_min"], said["detour_min"]

    default = (15.0, "default")
    assert told(None) == ("normal", 1, True, (500.0, "default"), (1.0, "version"), default)
    assert told("root") == ("strict", 1, True, (150.0, "profile"), (1.0, "version"), default)
    assert told("section") == ("strict", 2, True, (300.0, "version"), (1.0, "profile"), default)
    assert told("section", "bus") == ("strict", 9, False, (150.0, "profile"), (1.0, "profile"), default)


def test_a_back_test_takes_the_register_as_the_change_would_make_it() -> None:
    """Parameters and profiles are added as the latest word of their scope, ends take theirs away; narrower versions stay in front."""
    held = row(1, minimum_min=1.0), row(2, "u1", corridor_m=300.0)
    known = replace(register(*held), parents={"u1": "root"})

    def corridor_m(change: Any, unit: str | None = None, **more: Any) -> float:
        draft = RuleDraft(tenant_id="t", unit_id=unit, vehicle_class=None, change=change, **more)
        facts, problems = facts_of(with_change(known, draft), "v1", ())
        assert problems == ()
        return float(facts.parameters["R07"].corridor_m)

    wide = ParametersChange(rules={"R07": RuleSet(parameters={"corridor_m": 900.0})})
    ended, strict = str(uuid4()), ProfileChange(profile=Profile.STRICT)
    assert [corridor_m(wide), corridor_m(wide, "root"), corridor_m(wide, "u1")] == [300.0, 300.0, 900.0]
    known = replace(known, rules=(held[0], replace(held[1], id=ended)))
    gone = EndChange(of=What.PARAMETERS, id=UUID(ended))
    assert (corridor_m(gone), corridor_m(MUTE)) == (500.0, 300.0)
    known = replace(known, rules=held[:1])
    assert (corridor_m(strict, "root"), corridor_m(strict, "u2")) == (150.0, 500.0)
    before = ProfileRow(tenant_id="t", version_no=4, unit_id=None, vehicle_class=None, profile=Profile.STRICT)
    known = replace(known, profiles=(before,))
    assert corridor_m(EndChange(of=What.PROFILE, id=uuid4()), profile_no=4) == 500.0


def test_a_back_test_judges_whom_the_change_can_concern() -> None:
    """Of its class, used by the unit or one below it some time in the span; nobody of another tenant."""
    known = replace(register(), parents={"u1": "root"})
    span = CustodySpan(relation=Relation.USER, unit_id="u1", from_ms=100, to_ms=200)
    known = replace(known, vehicles={"v1": replace(known.vehicles["v1"], custody=(span,))})

    def asked(tenant: str, unit: str | None, cls: str | None, from_ms: int, to_ms: int) -> list[str]:
        draft = RuleDraft(tenant_id=tenant, unit_id=unit, vehicle_class=cls, change=VALUES)
        return concerned(known, draft, from_ms, to_ms)

    mine: list[tuple[str, str | None, str | None, int, int]] = [
        ("t", None, None, 300, 400), ("t", "root", "other", 150, 400), ("t", "u1", None, 0, 101),
    ]  # fmt: skip
    nobodys: list[tuple[str, str | None, str | None, int, int]] = [
        ("t", "u1", None, 200, 400), ("t", "u2", None, 0, 400), ("t", None, "law_enforcement", 0, 400), ("x", None, None, 0, 400),
    ]  # fmt: skip
    assert [asked(*about) for about in mine] == [["v1"]] * 3
    assert [asked(*about) for about in nobodys] == [[]] * 4
