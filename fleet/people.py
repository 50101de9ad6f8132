"""Units and people: the tree of units, who belongs where, which roles reach which units, and password rules."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from secrets import token_urlsafe
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from fleet.access import Role
from fleet.errors import WeakPassword

MINIMUM_PASSWORD_LENGTH = 10  # ASVS profile: length, no composition rules (SEC08)
# 64 MiB, 3 rounds, 4 lanes: about 110 ms (SEC06)
_HASHER = PasswordHasher(time_cost=3, memory_cost=65_536, parallelism=4)


@dataclass(frozen=True, kw_only=True, slots=True)
class Unit:
    """One unit of the tree."""

    id: UUID
    code: str
    name: str
    name_en: str
    parent_id: UUID | None
    kind: str
    is_centre: bool
    active: bool
    row_version: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """One member of a unit; without a password hash he cannot log in."""

    id: UUID
    unit_id: UUID
    login: str
    name: str
    phone: str
    cleared: bool
    active: bool
    licence_class: str | None
    licence_expires_on: date | None
    locale: str
    must_change_password: bool
    row_version: int
    roles: tuple[tuple[Role, UUID], ...] = ()


def hash_password(password: str) -> str:
    """argon2id hash. Raises WeakPassword below the minimum length."""
    if len(password) < MINIMUM_PASSWORD_LENGTH:
        raise WeakPassword(minimum_length=MINIMUM_PASSWORD_LENGTH)
    return _HASHER.hash(password)


def password_matches(password_hash: str | None, password: str) -> bool:
    """Constant work also when there is no hash, so that a stranger cannot tell which logins exist."""
    try:
        return _HASHER.verify(password_hash or nobodys_hash(), password) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


@cache
def nobodys_hash() -> str:
    """What a stranger's password is compared with. Made when first asked for, not when imported: it takes a fifth of a second,
    which every program of ours would pay at its start. Whoever lets people in asks for it before the first one comes.
    """
    return _HASHER.hash(token_urlsafe())
