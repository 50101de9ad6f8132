"""Which places the city wants: a list as a county town's telephone book would have it, with the zones
each kind of place looks for and the size of its plot.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from simulators.city.habits import Use, Zone
from simulators.city.model import Kind
from simulators.city.names import Name, NameStock

TOWN = Name(zh="晨光", en="Chenguang")

_TOWN_ZONES: tuple[Zone, ...] = ("old", "core", "south", "science", "works", "campus", "suburb")
_BUILT: tuple[Use, ...] = ("residential", "commercial", "education")


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """A place that looks for a plot."""

    name: Name
    kind: Kind
    zones: tuple[Zone, ...]
    uses: tuple[Use, ...]
    width_m: float
    depth_m: float
    driveway: bool = False
    district: str | None = None  # where it has to be; None: anywhere


_BUREAUS = (
    ("机关事务管理局", "Government Offices Administration"), ("发展和改革委员会", "Development and Reform Commission"),
    ("财政局", "Finance Bureau"), ("教育局", "Education Bureau"), ("公安局", "Public Security Bureau"),
    ("民政局", "Civil Affairs Bureau"), ("司法局", "Justice Bureau"), ("审计局", "Audit Bureau"),
    ("人力资源和社会保障局", "Human Resources and Social Security Bureau"),
    ("自然资源局", "Natural Resources Bureau"), ("生态环境局", "Ecology and Environment Bureau"),
    ("住房和城乡建设局", "Housing and Construction Bureau"), ("交通运输局", "Transport Bureau"),
    ("水利局", "Water Resources Bureau"), ("农业农村局", "Agriculture Bureau"), ("商务局", "Commerce Bureau"),
    ("文化和旅游局", "Culture and Tourism Bureau"), ("卫生健康委员会", "Health Commission"),
    ("应急管理局", "Emergency Management Bureau"), ("市场监督管理局", "Market Regulation Bureau"),
    ("统计局", "Statistics Bureau"), ("城市管理局", "City Management Bureau"), ("税务局", "Tax Bureau"),
    ("气象局", "Meteorological Bureau"), ("科学技术局", "Science and Technology Bureau"),
    ("信访局", "Letters and Visits Bureau"),
)  # fmt: skip

DISTRICTS = (
    ("d1", Name(zh="晨曦区", en="Chenxi District")),
    ("d2", Name(zh="东昇区", en="Dongsheng District")),
    ("d3", Name(zh="北苑区", en="Beiyuan District")),
    ("d4", Name(zh="明湖区", en="Minghu District")),
    ("d5", Name(zh="望江区", en="Wangjiang District")),
    ("d6", Name(zh="南浦区", en="Nanpu District")),
)

# One depot per district and two for special services.
_DEPOTS = (
    ("公务用车服务中心", "Official Vehicle Service Centre", "d1"),
    ("公务用车东昇车场", "Official Vehicle Depot Dongsheng", "d2"),
    ("公务用车北苑车场", "Official Vehicle Depot Beiyuan", "d3"),
    ("公务用车明湖车场", "Official Vehicle Depot Minghu", "d4"),
    ("公务用车望江车场", "Official Vehicle Depot Wangjiang", "d5"),
    ("公务用车南浦车场", "Official Vehicle Depot Nanpu", "d6"),
    ("应急保障车场", "Emergency Support Depot", "d1"),
    ("综合执法车场", "Law Enforcement Depot", None),
)


def wanted_places(names: NameStock, rng: Random) -> Iterator[Wanted]:
    """Everything that wants a plot, the most important first."""
    yield from _administration()
    yield from _depots()
    yield from _care_and_learning(names, rng)
    yield from _travel_and_trade(names, rng)
    yield from _homes(names, rng)


def _administration() -> Iterator[Wanted]:
    centre: tuple[Zone, ...] = ("core", "old")
    uses: tuple[Use, ...] = ("commercial", "residential")
    yield _wanted(
        f"{TOWN.zh}市人民政府", f"{TOWN.en} Municipal Government", "government", centre, uses, (70, 50), driveway=True
    )
    yield _wanted(
        f"{TOWN.zh}市政务服务中心",
        f"{TOWN.en} Government Service Centre",
        "government",
        ("core",),
        uses,
        (60, 40),
        driveway=True,
    )
    for no, district in DISTRICTS:
        yield _wanted(
            f"{district.zh}人民政府", f"{district.en} Government", "government", _TOWN_ZONES, (*uses, "education"),
            (50, 36), driveway=True, district=no,
        )  # fmt: skip
    for zh, en in _BUREAUS:
        yield _wanted(
            f"{TOWN.zh}市{zh}", f"{TOWN.en} {en}", "office", ("core", "old", "south"), uses, (42, 30), driveway=True
        )


def _depots() -> Iterator[Wanted]:
    uses: tuple[Use, ...] = ("commercial", "residential", "industrial", "education")
    for zh, en, district in _DEPOTS:
        yield _wanted(zh, en, "depot", _TOWN_ZONES, uses, (84, 56), driveway=True, district=district)


def _care_and_learning(names: NameStock, rng: Random) -> Iterator[Wanted]:
    hospitals = (
        ("第一人民医院", "First People's Hospital"), ("第二人民医院", "Second People's Hospital"),
        ("第三人民医院", "Third People's Hospital"), ("中医院", "Hospital of Chinese Medicine"),
        ("妇幼保健院", "Maternal and Child Hospital"), ("儿童医院", "Children's Hospital"),
        ("疾病预防控制中心", "Centre for Disease Control"), ("口腔医院", "Dental Hospital"),
    )  # fmt: skip
    for zh, en in hospitals:
        yield _wanted(
            f"{TOWN.zh}市{zh}",
            f"{TOWN.en} {en}",
            "hospital",
            ("core", "suburb", "south"),
            _BUILT,
            (64, 44),
            driveway=True,
        )
    for zh, en in (("大学", "University"), ("理工学院", "Institute of Technology"), ("师范学院", "Normal College")):
        yield _wanted(
            TOWN.zh + zh,
            f"{TOWN.en} {en}",
            "school",
            ("campus",),
            ("education", "residential"),
            (80, 60),
            driveway=True,
        )
    numbers = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十")
    for no, zh in enumerate(numbers, start=1):
        yield _wanted(
            f"{TOWN.zh}市第{zh}中学", f"{TOWN.en} No. {no} Middle School", "school", _TOWN_ZONES, _BUILT, (56, 40)
        )
    for _ in range(12):
        stem = names.stem()
        yield _wanted(f"{stem.zh}小学", f"{stem.en} Primary School", "school", _TOWN_ZONES, _BUILT, (46, 32))


def _travel_and_trade(names: NameStock, rng: Random) -> Iterator[Wanted]:
    every: tuple[Use, ...] = ("commercial", "residential", "industrial", "education")
    yield _wanted("晨光站", "Chenguang Railway Station", "station", ("core", "suburb"), every, (90, 46), driveway=True)
    yield _wanted(
        "晨光南站", "Chenguang South Railway Station", "station", ("south", "suburb"), every, (90, 46), driveway=True
    )
    yield _wanted("长途客运总站", "Central Coach Station", "station", ("core",), every, (70, 42), driveway=True)
    yield _wanted(
        "科创园客运站", "Science Park Coach Station", "station", ("science", "works"), every, (60, 40), driveway=True
    )
    hotels = (("宾馆", "Guesthouse"), ("大酒店", "Grand Hotel"), ("国际酒店", "International Hotel"))
    for no in range(16):
        stem, (zh, en) = names.stem(), hotels[no % 3]
        yield _wanted(stem.zh + zh, f"{stem.en} {en}", "hotel", ("core", "old", "south", "science"), _BUILT, (36, 26))
    for no in range(14):
        stem, (zh, en) = names.stem(), (("农贸市场", "Market"), ("商城", "Mall"))[no % 2]
        yield _wanted(stem.zh + zh, f"{stem.en} {en}", "market", _TOWN_ZONES, _BUILT, (48, 34))
    meals = (("饭店", "Restaurant"), ("酒楼", "Restaurant"), ("面馆", "Noodle House"))
    for no in range(26):
        stem, (zh, en) = names.stem(), meals[no % 3]
        yield _wanted(stem.zh + zh, f"{stem.en} {en}", "restaurant", _TOWN_ZONES, _BUILT, (22, 16))
    for zh, en in (("市博物馆", "City Museum"), ("烈士陵园", "Martyrs' Cemetery"), ("古城楼", "Old Gate Tower")):
        yield _wanted(zh, en, "scenic", ("old", "core"), (*_BUILT, "park"), (40, 30))
    for _ in range(8):
        stem = names.stem()
        yield _wanted(f"{stem.zh}公园", f"{stem.en} Park", "scenic", _TOWN_ZONES, ("park",), (26, 18))


def _homes(names: NameStock, rng: Random) -> Iterator[Wanted]:
    estates = (("小区", "Estate"), ("花园", "Garden"), ("家园", "Homes"), ("公寓", "Apartments"))
    for no in range(52):
        stem, (zh, en) = names.stem(), estates[no % 4]
        yield _wanted(stem.zh + zh, f"{stem.en} {en}", "residential", _TOWN_ZONES, ("residential",), (44, 16))
    for _ in range(20):
        village = names.village()
        yield _wanted(
            f"{village.zh}村委会", f"{village.en} Village Committee", "office", ("country",), ("village",), (20, 14)
        )
    for _ in range(10):
        stem = names.stem()
        yield _wanted(
            f"{stem.zh}农家乐",
            f"{stem.en} Farmhouse Restaurant",
            "restaurant",
            ("country",),
            ("village", "farmland"),
            (20, 14),
        )


def _wanted(
    zh: str,
    en: str,
    kind: Kind,
    zones: tuple[Zone, ...],
    uses: tuple[Use, ...],
    plot_m: tuple[float, float],
    *,
    driveway: bool = False,
    district: str | None = None,
) -> Wanted:
    return Wanted(
        name=Name(zh=zh, en=en),
        kind=kind,
        zones=zones,
        uses=uses,
        width_m=plot_m[0],
        depth_m=plot_m[1],
        driveway=driveway,
        district=district,
    )
