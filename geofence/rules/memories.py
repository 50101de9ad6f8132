"""What watches remember between two fixes, each its own part; small, bounded, plain, kept with the state as JSON."""

from dataclasses import dataclass, field

from geofence.driving import Spell


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
class TooFast:
    """Of R13: since when without a break it is too fast; all zero while it is not."""

    from_ms: int = 0
    lon: float = 0.0
    lat: float = 0.0
    last_ms: int = 0  # newest fix that was too fast
    last_lon: float = 0.0
    last_lat: float = 0.0
    yellow_ms: int = 0  # since when so much that it is yellow, 0 = it is not
    red_ms: int = 0
    driven_m: float = 0.0  # between the fixes, and what the speeds said
    claimed_m: float = 0.0
    measured: bool = False  # by a speed, not only by the device's alarm
    top_kmh: float = 0.0
    limit_kmh: float = 0.0  # where it was fastest for the place
    area: str = ""  # which set that limit


@dataclass(slots=True)
class Tampered:
    """Of R16: since when the locator says it, and what it has said; empty while it does not."""

    from_ms: int = 0
    lon: float = 0.0
    lat: float = 0.0
    codes: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Calling:
    """Of R30: since when somebody calls for help, when it was said last, and what; empty while nobody does."""

    from_ms: int = 0
    said_ms: int = 0
    lon: float = 0.0
    lat: float = 0.0
    codes: list[str] = field(default_factory=list)


@dataclass(slots=True)
class SensitiveStay:
    """Of R09: the stop under way, and since when it lies in quiet hours or a day off (0: it does not).

    What the clock tells of it rests on the newest fix there until a later one bears it out.
    """

    from_ms: int = 0
    off_hours_ms: int = 0
    due_ms: int = 0  # when it was long enough, as told; 0 = it is not told
    seen_ms: int = 0  # newest fix there at the last look


@dataclass(slots=True)
class NightOut:
    """Of R10: the rest under way, since when it is one of the night outside a depot (0: it is not), and when it was last seen."""

    here_ms: int = 0
    from_ms: int = 0
    due_ms: int = 0
    seen_ms: int = 0


@dataclass(slots=True)
class Standing:
    """Of R12: the stop under way, and what the odometer said in it first (0: nothing)."""

    from_ms: int = 0
    odometer_km: float = 0.0


@dataclass(slots=True)
class Heard:
    """Of R15: the newest fix a watch was shown, and whether the ignition was on."""

    at_ms: int = 0
    ignition: bool | None = None


@dataclass(slots=True)
class Blind:
    """Of R17: since when messages without a fix come from a running vehicle."""

    from_ms: int = 0
    last_ms: int = 0
    lon: float = 0.0
    lat: float = 0.0


@dataclass(slots=True)
class Displaced:
    """Of R17: since when the locator says that it is moved."""

    from_ms: int = 0
    lon: float = 0.0
    lat: float = 0.0


@dataclass(slots=True)
class Running:
    """Of R17: the odometer of a vehicle that stands with its ignition on."""

    from_ms: int = 0
    from_km: float = 0.0
    lon: float = 0.0
    lat: float = 0.0
    last_ms: int = 0
    last_km: float = 0.0
    grown_ms: int = 0  # when it was seen to run last
    found: bool = False


@dataclass(slots=True)
class Aside:
    """Of R17: a second track, of fixes set aside that agree with each other."""

    from_ms: int = 0
    from_lon: float = 0.0
    from_lat: float = 0.0
    last_ms: int = 0
    lon: float = 0.0
    lat: float = 0.0
    fixes: int = 0
    far_m: float = 0.0  # from the track
    found: bool = False


@dataclass(slots=True)
class Away:
    """Of R17: since a leap the track goes on elsewhere; where it left, and how wide the leap was."""

    from_ms: int = 0
    believed: bool = True  # by the track; until then it may be thrown back
    lon: float = 0.0
    lat: float = 0.0
    far_m: float = 0.0


@dataclass(slots=True)
class Spoofed:
    """Of R17: one part for each sign of it."""

    blind: Blind = field(default_factory=Blind)
    displaced: Displaced = field(default_factory=Displaced)
    running: Running = field(default_factory=Running)
    aside: Aside = field(default_factory=Aside)
    away: Away = field(default_factory=Away)
    leap_ms: int = 0  # of the newest leap looked at
    ended_ms: int = 0  # when what ended just now was over
    leapt_back: bool = False  # and it was a leap that led back


@dataclass(slots=True)
class Driving:
    """What one driver has driven since the last rest that was long enough; zero while nobody known drives."""

    from_ms: int = 0
    lon: float = 0.0
    lat: float = 0.0
    since_ms: int = 0  # of the stretch under way
    rested_ms: int = 0  # since when it stands; 0 = it drives
    driven_ms: int = 0  # before this stretch
    badge: str = ""  # whose it is, or of nobody's the badge
    number: str = ""  # what it says
    registered: bool = False  # and that it is somebody's
    by_order: str = ""  # the driver of the order
    order_id: str = ""
    over_ms: int = 0  # when it was known that the driving before it was over
    ended_ms: int = 0  # and when that had ended
    earlier: list[Spell] = field(default_factory=list)  # in this vehicle

    @property
    def driver(self) -> str:
        return self.badge or self.by_order


@dataclass(slots=True)
class Memories:
    """One field per watch that remembers anything."""

    way: WayUnderOrder = field(default_factory=WayUnderOrder)
    seal: SealBroken = field(default_factory=SealBroken)
    too_fast: TooFast = field(default_factory=TooFast)
    tampered: Tampered = field(default_factory=Tampered)
    calling: Calling = field(default_factory=Calling)
    sensitive: SensitiveStay = field(default_factory=SensitiveStay)
    night: NightOut = field(default_factory=NightOut)
    standing: Standing = field(default_factory=Standing)
    heard: Heard = field(default_factory=Heard)
    spoofed: Spoofed = field(default_factory=Spoofed)
    driving: Driving = field(default_factory=Driving)
