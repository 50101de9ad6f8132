"""Cursor paging of lists: what a client may ask for, and the opaque cursor that continues a list.

A cursor holds the sort value and id of the last row seen, so rows that arrive meanwhile neither repeat nor
vanish. The query itself is made in `web.store.listing`.
"""

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Generic, TypeVar

from fleet.errors import Invalid

MOST = 500

Row = TypeVar("Row")


@dataclass(frozen=True, kw_only=True, slots=True)
class Cursor:
    """The last row of the page before."""

    sort: str  # the sort the cursor belongs to, as the client named it
    value: str | None  # its sort value as the database writes it; None: the value is absent
    row_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PageRequest:
    """One page of a list: how many rows, in what order, after which row."""

    limit: int
    sort: str  # column name, with a leading minus for descending
    cursor: Cursor | None = None

    @property
    def column(self) -> str:
        """The column to sort by."""
        return self.sort.removeprefix("-")

    @property
    def descending(self) -> bool:
        """Whether the largest comes first."""
        return self.sort.startswith("-")


@dataclass(frozen=True, kw_only=True, slots=True)
class Page(Generic[Row]):
    """Rows of one page, the cursor of the next and the number of rows without paging."""

    items: list[Row]
    next_cursor: str | None = None
    total: int | None = None


def encode_cursor(cursor: Cursor) -> str:
    """The cursor as text for a URL."""
    plain = json.dumps([cursor.sort, cursor.value, cursor.row_id], separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def decode_cursor(text: str) -> Cursor:
    """Refuses (Invalid) anything `encode_cursor` would not have made."""
    try:
        plain = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
        sort, value, row_id = plain
    except (binascii.Error, ValueError, TypeError) as error:
        raise _unknown() from error
    if not (isinstance(sort, str) and isinstance(row_id, str) and (value is None or isinstance(value, str))):
        raise _unknown()
    return Cursor(sort=sort, value=value, row_id=row_id)


def page_request(*, limit: int, cursor: str | None, sort: str | None, default_sort: str) -> PageRequest:
    """What the client asked for; a cursor made for another order is refused (Invalid)."""
    wanted = sort or default_sort
    after = decode_cursor(cursor) if cursor else None
    if after is not None and after.sort != wanted:
        raise _unknown()
    return PageRequest(limit=min(max(limit, 1), MOST), sort=wanted, cursor=after)


def _unknown() -> Invalid:
    return Invalid(field="cursor", reason="unknown")
