"""What watches remember between two fixes, each its own part; small, bounded, plain, kept with the state as JSON."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class WayUnderOrder:
    """Of R08: how far the vehicle has driven since it left under an order."""

    order_id: str = ""
    left_ms: int = 0
    lon: float = 0.0  # where it left
    lat: float = 0.0
    driven_m: float = 0.0
    doubtful_m: float = 0.0  # of that, what nobody saw or poor fixes told
    closed_ms: int = 0  # when it was back


@dataclass(slots=True)
class SealBroken:
    """Of R05: since when and how a sealed vehicle is used; all zero while it is not."""

    from_ms: int = 0
    lon: float = 0.0
    lat: float = 0.0
    far_m: float = 0.0
    moved_ms: int = 0  # newest instant of movement
    on_from_ms: int = 0
    on_ms: int = 0


@dataclass(slots=True)
class Memories:
    """One field per watch that remembers anything."""

    way: WayUnderOrder = field(default_factory=WayUnderOrder)
    seal: SealBroken = field(default_factory=SealBroken)
