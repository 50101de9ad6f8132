"""Who stands in line for a level: those asked first, who is next when they do not answer, and deputies. Pure.

Whoever asked for the trip, rides in it alone, or has decided another level of it never stands in line, nor does a deputy in
the name of such a person. When nobody is left, nobody decides: a level never passes by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from dispatch.approving.policy import Post, Where, Who
from fleet.access import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Who holds what at an instant, around one unit. Keys are (role or post, unit)."""

    units: tuple[UUID, ...]  # the unit and those above it, nearest first
    roles: Mapping[tuple[Role, UUID], tuple[UUID, ...]] = field(default_factory=dict)
    posts: Mapping[tuple[Post, UUID], tuple[UUID, ...]] = field(default_factory=dict)
    active: frozenset[UUID] | None = None  # of people named by a policy: who can still decide; None = all
    deputies: Mapping[UUID, tuple[UUID, ...]] = field(default_factory=dict)  # of whom -> who may decide for him now


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """One person who may decide a level now."""

    person_id: UUID
    for_id: UUID | None = None  # as whose deputy; None = himself
    step: int = 0  # 0 = asked first, then how many time-outs brought him in


def line(who: Who, people: People) -> list[tuple[UUID, ...]]:
    """Groups in the order they are asked; the last resort is the chief. No person stands in it twice."""
    units = people.units[1:] if who.role is not None and who.of is Where.PARENT else people.units
    groups: list[Sequence[UUID]] = []
    if who.person_id is not None:
        gone = people.active is not None and who.person_id not in people.active
        groups.append(() if gone else (who.person_id,))
    if who.post is not None:
        groups += [people.posts.get((who.post, unit), ()) for unit in units]
    role = who.role or Role.APPROVER
    groups += [people.roles.get((role, unit), ()) for unit in units]
    if role is not Role.APPROVER:
        groups += [people.roles.get((Role.APPROVER, unit), ()) for unit in units]
    groups += [people.posts.get((Post.CHIEF, unit), ()) for unit in units]
    return _once(groups)


def seats(who: Who, people: People, *, barred: Iterable[UUID], escalated: int = 0) -> tuple[tuple[Seat, ...], bool]:
    """Who may decide after so many time-outs, and whether somebody is left to be asked next."""
    kept_out = frozenset(barred)
    groups = [left for group in line(who, people) if (left := tuple(p for p in group if p not in kept_out))]
    asked = groups[: 1 + escalated]
    own = [Seat(person_id=person, step=step) for step, group in enumerate(asked) for person in group]
    seated = {seat.person_id for seat in own}
    deputies = []
    for seat in own:
        for deputy in people.deputies.get(seat.person_id, ()):
            if deputy not in kept_out and deputy not in seated:
                seated.add(deputy)
                deputies.append(Seat(person_id=deputy, for_id=seat.person_id, step=seat.step))
    return (*own, *deputies), len(groups) > len(asked)


def holders(whos: Iterable[Who], people: People, barred: Iterable[UUID]) -> frozenset[UUID]:
    """Everybody who is one of these, without a line behind him: who may override."""
    found: set[UUID] = set()
    for who in whos:
        if who.person_id is not None and (people.active is None or who.person_id in people.active):
            found.add(who.person_id)
        for unit in people.units[1:] if who.of is Where.PARENT else people.units:
            if who.post is not None:
                found |= set(people.posts.get((who.post, unit), ()))
            if who.role is not None:
                found |= set(people.roles.get((who.role, unit), ()))
    return frozenset(found) - frozenset(barred)


def _once(groups: Iterable[Sequence[UUID]]) -> list[tuple[UUID, ...]]:
    seen: set[UUID] = set()
    kept = []
    for group in groups:
        new = tuple(person for person in group if person not in seen)
        seen.update(new)
        if new:
            kept.append(new)
    return kept
