"""What somebody may mean by the words typed into a search: a plate however it is written, or the number of an order."""

import re

from fleet.vehicle import plain_plate

_ORDER_NUMBER = re.compile(r"(?:派车单|用车申请|order|no\.?|#)?\s*#?\s*(\d{1,9})\s*号?", re.IGNORECASE)
_MARKED = re.compile(r"\D")


def plate_part(q: str | None) -> str | None:
    """The part of a plate that is meant, as plates are stored; None when there is nothing to look for."""
    return plain_plate(q or "") or None


def order_number(q: str | None) -> int | None:
    """23 of "23", "#23", "派车单 23 号" or "order 23"; None for other words."""
    found = _ORDER_NUMBER.fullmatch((q or "").strip())
    return int(found[1]) if found else None


def names_an_order(q: str | None) -> bool:
    """The words say that an order is meant, so that nothing else with these digits is wanted."""
    return order_number(q) is not None and bool(_MARKED.search((q or "").strip()))
