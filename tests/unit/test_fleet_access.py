"""The access table: deny by default, reach by the tree, no forbidden pairs."""

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet import access
from fleet.access import Role, Seen
from fleet.errors import Forbidden

ROOT, BUREAU, SECTION, OTHER = (uuid4() for _ in range(4))
PARENTS: dict[UUID, UUID | None] = {ROOT: None, BUREAU: ROOT, SECTION: BUREAU, OTHER: ROOT}


def actor(*roles: tuple[Role, UUID], cleared: bool = False) -> access.Actor:
    return access.Actor(
        person_id=uuid4(), tenant_id=uuid4(), unit_id=BUREAU, name="某", login="x", cleared=cleared,
        reach=access.expand(roles, PARENTS),
    )  # fmt: skip


def test_a_role_reaches_its_unit_and_everything_below_and_nothing_beside() -> None:
    approver = actor((Role.APPROVER, BUREAU))
    assert access.may(approver, "order.approve", BUREAU)
    assert access.may(approver, "order.approve", SECTION)
    assert not access.may(approver, "order.approve", OTHER)
    assert not access.may(approver, "order.approve", ROOT)


def test_nobody_without_a_role_may_do_or_see_anything() -> None:
    nobody = actor()
    assert not any(access.may(nobody, action) for action in access.MAY)
    settings = access.scope_settings(nobody)
    assert all(settings[f"scope_{seen}"] == "" and settings[f"units_{seen}"] == "{}" for seen in Seen)
    with pytest.raises(Forbidden):
        access.require(nobody, "order.book")


def test_two_roles_add_up_and_the_wider_does_not_hide_the_narrower() -> None:
    both = access.scope_settings(actor((Role.EMPLOYEE, BUREAU), (Role.UNIT_ADMIN, SECTION)))
    assert both["scope_live"] == "own,unit"
    assert both["units_live"] == "{" + str(SECTION) + "}"


@pytest.mark.parametrize("role", list(Role))
def test_who_sees_a_track_or_a_live_position_also_sees_the_vehicle(role: Role) -> None:
    for seen in (Seen.LIVE, Seen.TRACK):
        if role in access.SEES[seen]:
            assert role in access.SEES[Seen.VEHICLE]


@pytest.mark.parametrize("role", [Role.SYSTEM_ADMIN, Role.FINANCE, Role.HOTLINE, Role.APPROVER, Role.DEVICE_ENGINEER])
def test_roles_without_a_reason_to_know_never_see_positions(role: Role) -> None:
    assert role not in access.SEES[Seen.LIVE]
    assert role not in access.SEES[Seen.TRACK]


def test_accounts_and_supervision_are_never_in_one_hand() -> None:
    assert access.exclusive_pair([Role.SYSTEM_ADMIN, Role.EMPLOYEE, Role.INSPECTOR]) is not None
    assert access.exclusive_pair([Role.EMPLOYEE, Role.DRIVER]) is None


@given(st.dictionaries(st.integers(0, 12), st.none() | st.integers(0, 12), max_size=13))
def test_a_tree_with_a_loop_still_ends(raw: dict[int, int | None]) -> None:
    ids = {number: uuid4() for number in range(13)}
    parents = {ids[child]: None if parent is None else ids[parent] for child, parent in raw.items()}
    reach = access.expand([(Role.APPROVER, ids[0])], parents)
    assert ids[0] in reach[Role.APPROVER]


def test_an_inspector_states_a_purpose_and_a_dispatcher_does_not() -> None:
    assert actor((Role.INSPECTOR, ROOT)).needs_purpose()
    assert not actor((Role.DISPATCHER, ROOT)).needs_purpose()
