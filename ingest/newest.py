"""What is the newest stored fix of each device, as far as this program knows: a batch of nothing but newer ones is new.

Only a guess that saves the database half of its work: when another program stored something meanwhile, the key tells.
"""

from collections.abc import Iterable
from datetime import datetime

from ingest.batch import Folded


class Newest:
    """The newest instant of each device that has one."""

    def __init__(self, known: Iterable[tuple[int, datetime]] = ()) -> None:
        self._known = dict(known)

    def precedes(self, folded: Folded) -> bool:
        """Is every fix later than what is stored of its device?"""
        known = self._known
        for row in folded.oldest:
            device_no, fixed_at = row.key
            newest = known.get(device_no)
            if newest is not None and newest >= fixed_at:
                return False
        return True

    def learn(self, folded: Folded) -> None:
        """These are stored now."""
        known = self._known
        for row in folded.newest:
            device_no, fixed_at = row.key
            newest = known.get(device_no)
            if newest is None or newest < fixed_at:
                known[device_no] = fixed_at
