"""What the gateway counts for its summary line."""

from dataclasses import asdict, dataclass


@dataclass(slots=True)
class Tally:
    """Totals since the start."""

    frames: int = 0
    malformed: int = 0
    unknown: int = 0  # messages nobody reads
    uploads: int = 0
    answered: int = 0
    overdue: int = 0  # never acknowledged in time, so never answered
    full: int = 0  # not taken: too many unanswered
    strangers: int = 0  # registrations refused

    def totals(self) -> dict[str, int]:
        """Every count by its name."""
        return asdict(self)
