"""The demonstration: units, people, vehicles and locators of a simulated (or imported) city.

Made only by `python -m fleet seed --demo`, never by a production start. The one demo password is drawn at random per
installation and written, with the locators' credentials, to files only their owner can read.
"""

import json
import random
import string
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from fleet import service, store
from fleet.access import Role
from fleet.db import Connection, TimestamptzRange
from fleet.errors import Conflict
from fleet.seed.other_means import seed_other_means
from fleet.seed.reference import seed_tenant
from fleet.vehicle import Relation, VehicleClass

ACCOUNTS_FILE = "demo-accounts.json"
DEVICES_FILE = "demo-devices.json"
# code, parent, Chinese name, English name, pooled vehicles manager?
UNITS: Sequence[tuple[str, str | None, str, str]] = (
    ("ROOT", None, "市机关事务管理局", "Government Offices Administration"),
    ("CENTRE", "ROOT", "公务用车服务中心", "Official Vehicle Service Centre"),
    ("FINANCE", "ROOT", "市财政局", "Finance Bureau"),
    ("EDUCATION", "ROOT", "市教育局", "Education Bureau"),
    ("HEALTH", "ROOT", "市卫生健康委员会", "Health Commission"),
    ("DISTRICT", "ROOT", "东城区人民政府", "Dongcheng District Government"),
    ("URBAN", "DISTRICT", "东城区城市管理局", "Dongcheng Urban Management Bureau"),
    ("TOWN", "DISTRICT", "花溪镇人民政府", "Huaxi Town Government"),
)
USING_UNITS = ("FINANCE", "EDUCATION", "HEALTH", "URBAN", "TOWN")
# login, name, role, unit of the role; the plain logins are the ones printed by `make up`.
PEOPLE: Sequence[tuple[str, str, Role, str]] = (
    ("employee", "张晓雯", Role.EMPLOYEE, "FINANCE"),
    ("approver", "李建国", Role.APPROVER, "FINANCE"),
    ("unitadmin", "王芳", Role.UNIT_ADMIN, "FINANCE"),
    ("dispatcher", "陈立强", Role.DISPATCHER, "CENTRE"),
    ("driver", "赵师傅", Role.DRIVER, "CENTRE"),
    ("fleetadmin", "周敏", Role.FLEET_ADMIN, "ROOT"),
    ("inspector", "孙正", Role.INSPECTOR, "ROOT"),
    ("engineer", "钱国栋", Role.DEVICE_ENGINEER, "ROOT"),
    ("sysadmin", "吴磊", Role.SYSTEM_ADMIN, "ROOT"),
)
# Who is asked beside a unit's approver: in the evening, out of the city, on holidays. Login, name, office.
LEADERS: Sequence[tuple[str, str, str]] = (
    ("leader", "郑立新", "leader_in_charge"),
    ("chief", "冯国华", "chief"),
    ("dutyleader", "韩志勇", "duty_leader"),
)
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
GIVEN = (
    "伟",
    "娜",
    "秀英",
    "敏",
    "静",
    "强",
    "磊",
    "军",
    "洋",
    "勇",
    "艳",
    "杰",
    "涛",
    "明",
    "超",
    "丽",
    "平",
    "刚",
    "桂英",
    "文",
)
MODELS = (("红旗 H5", 5, "petrol"), ("比亚迪 汉", 5, "bev"), ("上汽大通 G10", 7, "petrol"), ("江淮 瑞风 M4", 7, "phev"), ("宇通 客车", 19, "petrol"))  # fmt: skip
JT808_EVERY = (
    13  # every so many-th locator speaks JT/T 808 over TCP, the others MQTT; they have no account at the broker
)
POOL_SHARE, RETAINED_SHARE = 0.68, 0.27  # the rest are law-enforcement vehicles


async def seed_demo(
    conn: Connection, *, city: Mapping[str, Any], vehicles: int, state_dir: Path, rng: random.Random, now: datetime
) -> dict[str, Any] | None:
    """Create the demonstration in the caller's transaction. None when it exists already; Conflict in a database in use."""
    others = await store.many(conn, store.ONLY_TENANT)
    if others:
        if (state_dir / ACCOUNTS_FILE).exists():
            return None
        raise Conflict(what="tenant_exists")
    tenant_id = await seed_tenant(conn, code="DEMO", name=str(city["name"]), timezone="Asia/Shanghai", now=now)
    password = "-".join("".join(rng.choices(string.ascii_lowercase + string.digits, k=4)) for _ in range(3))
    units = await _units(conn, tenant_id, now)
    depots = await _areas(conn, tenant_id, city)
    await _places(conn, tenant_id, city)
    accounts = await _people(conn, tenant_id, units, password, drivers=vehicles * 2 // 3, rng=rng, now=now)
    await _offices(conn, tenant_id, units["ROOT"], now)
    keeper = await store.one(conn, store.LOGIN, ("fleetadmin",))
    assert keeper is not None  # noqa: S101 - made a moment ago
    await seed_other_means(conn, tenant_id, keeper["id"], now)
    devices = await _vehicles(conn, tenant_id, units, depots, count=vehicles, rng=rng, now=now)
    _keep(state_dir / ACCOUNTS_FILE, accounts)
    _keep(state_dir / DEVICES_FILE, devices)
    return {"password": password, "logins": [login for login, *_ in PEOPLE], "vehicles": len(devices)}


async def _places(conn: Connection, tenant_id: UUID, city: Mapping[str, Any]) -> None:
    """The names people find when they book, offices also by what everybody calls them: 市财政局, 财政局."""
    for place in city["places"]:
        row = {key: place.get(key) or "" for key in ("name", "name_en", "kind")}
        rest = row["name"].removeprefix(str(city["name"])).replace("人民政府", "政府")
        official = row["kind"] in {"office", "government"} and row["name"] not in (rest, "")
        short = [f"市{rest}", rest] if official else []
        point = {"lon": place["lon"], "lat": place["lat"]}
        await store.insert(conn, "named_place", {"tenant_id": tenant_id, **row, **point, "short_names": short})


async def _units(conn: Connection, tenant_id: UUID, now: datetime) -> dict[str, UUID]:
    made: dict[str, UUID] = {}
    for code, parent, name, name_en in UNITS:
        made[code] = await service.add_unit(
            conn, "fleet seed", tenant_id=tenant_id, code=code, name=name, name_en=name_en, now=now,
            parent_id=None if parent is None else made[parent], is_centre=code == "CENTRE",
        )  # fmt: skip
    return made


async def _areas(conn: Connection, tenant_id: UUID, city: Mapping[str, Any]) -> list[tuple[UUID, float, float]]:
    """Depots, places of sensitive kinds and the rural fringe; returns the depots with their centres."""
    depots: list[tuple[UUID, float, float]] = []
    for place in city["places"]:
        kind = {"depot": "depot", "hotel": "sensitive", "scenic": "sensitive"}.get(place["kind"])
        if kind is None:
            continue
        area_id = uuid4()
        geometry = place.get("footprint")
        if geometry is None or kind == "depot":
            geometry = _box(place["lon"], place["lat"], half_m=70)
        await store.add_area(
            conn, area_id=area_id, tenant_id=tenant_id, kind=kind, code=place["id"],
            name=place["name"], name_en=place.get("name_en") or "", geometry=geometry,
            category=place["kind"] if kind == "sensitive" else None, capacity=40 if kind == "depot" else None,
        )  # fmt: skip
        if kind == "depot":
            depots.append((area_id, place["lon"], place["lat"]))
    for number, geometry in enumerate(city.get("rural", []), start=1):
        await store.add_area(
            conn, area_id=uuid4(), tenant_id=tenant_id, kind="rural", code=f"rural-{number}",
            name=f"乡村区域{number}", name_en=f"Rural area {number}", geometry=geometry,
        )  # fmt: skip
    if not depots:
        raise Conflict(what="city_without_depot")
    return depots


def _box(lon: float, lat: float, *, half_m: float) -> dict[str, Any]:
    d_lat, d_lon = half_m / 111_195, half_m / 94_000  # a square within a few metres at Chinese latitudes
    west, east, south, north = lon - d_lon, lon + d_lon, lat - d_lat, lat + d_lat
    return {
        "type": "Polygon",
        "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]],
    }


async def _people(
    conn: Connection,
    tenant_id: UUID,
    units: Mapping[str, UUID],
    password: str,
    *,
    drivers: int,
    rng: random.Random,
    now: datetime,
) -> list[dict[str, str]]:
    roster = list(PEOPLE)
    for code in USING_UNITS:
        roster += [(f"{code.lower()}{n}", _name(rng), Role.EMPLOYEE, code) for n in range(1, 4)]
        if code != "FINANCE":
            roster.append((f"{code.lower()}approver", _name(rng), Role.APPROVER, code))
            roster.append((f"{code.lower()}admin", _name(rng), Role.UNIT_ADMIN, code))
    roster += [(login, name, Role.APPROVER, "ROOT") for login, name, _ in LEADERS]
    roster += [(f"driver{n}", _name(rng), Role.DRIVER, "CENTRE") for n in range(2, drivers + 1)]
    accounts: list[dict[str, str]] = []
    shared_hash: str | None = None
    for login, name, role, unit in roster:
        # One memory-hard hash for all of them: the password is the same, and a seed should not take a minute.
        person_id = await service.add_person(
            conn, "fleet seed", tenant_id=tenant_id, unit_id=units[unit], login=login, name=name, now=now,
            password=password if shared_hash is None else None, roles=[(role, units[unit])], is_demo=True,
            must_change_password=False, licence_class="A1" if role is Role.DRIVER else None,
            licence_expires_on=date(now.year + 4, 12, 31) if role is Role.DRIVER else None,
            phone=f"100 0000 {len(accounts):04d}",  # no such number exists
        )  # fmt: skip
        if shared_hash is None:
            row = await store.one(conn, store.LOGIN, (login,))
            shared_hash = None if row is None else str(row["password_hash"])
        else:
            await conn.execute(store.STORE_HASH, (shared_hash, False, person_id))
        accounts.append({"login": login, "password": password, "name": name, "role": str(role), "unit": unit})
    return accounts


async def _offices(conn: Connection, tenant_id: UUID, unit_id: UUID, now: datetime) -> None:
    """The leaders hold the offices of the whole administration."""
    for login, _, post in LEADERS:
        person = await store.one(conn, store.LOGIN, (login,))
        assert person is not None  # noqa: S101 - made a moment ago
        values = {
            "tenant_id": tenant_id,
            "post": post,
            "unit_id": unit_id,
            "person_id": person["id"],
            "created_at": now,
        }
        await store.insert(conn, "approval_post", values | {"during": TimestamptzRange(now, None)})


def _name(rng: random.Random) -> str:
    return rng.choice(SURNAMES) + rng.choice(GIVEN)


async def _vehicles(
    conn: Connection,
    tenant_id: UUID,
    units: Mapping[str, UUID],
    depots: Sequence[tuple[UUID, float, float]],
    *,
    count: int,
    rng: random.Random,
    now: datetime,
) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = []
    since = now - timedelta(days=29)  # locators were installed a month ago, so older recordings may be replayed
    for number in range(1, count + 1):
        share = (number - 1) / count
        pooled, retained = share < POOL_SHARE, share >= POOL_SHARE
        user = "CENTRE" if pooled else rng.choice(USING_UNITS)
        vehicle_class = (
            VehicleClass.EMERGENCY_SUPPORT if share < POOL_SHARE + RETAINED_SHARE else VehicleClass.LAW_ENFORCEMENT
        )
        model, seats, energy = MODELS[number % len(MODELS)] if pooled else MODELS[rng.randrange(3)]
        depot_id, lon, lat = depots[number % len(depots)]
        plate = f"晨A{number:05d}"
        vehicle_id = await service.add_vehicle(
            conn, "fleet seed", tenant_id=tenant_id, plate=plate, vehicle_class=vehicle_class, seats=seats, now=since,
            custody={
                Relation.OWNER: units["ROOT"],
                Relation.MANAGER: units["CENTRE"] if pooled else units[user],
                Relation.USER: units[user],
            },
            make_model=model, energy=energy, retained=retained, home_depot_id=depot_id,
            documents_valid_until=date(now.year + 1, 12, 31),
        )  # fmt: skip
        speaks_jt808 = number % JT808_EVERY == 0
        device = f"100{number:08d}" if speaks_jt808 else f"sim-{number:04d}"  # a phone number that does not exist
        await service.add_device(
            conn, "fleet seed", tenant_id=tenant_id, code=device, vehicle_id=vehicle_id,
            model="模拟部标终端" if speaks_jt808 else "模拟定位终端", now=now, installed_at=since,
        )  # fmt: skip
        password = "".join(rng.choices(string.ascii_letters + string.digits, k=24))
        speaks = {"speaks": "jt808", "edition": 2019 if number % (2 * JT808_EVERY) == 0 else 2013}
        made.append(
            {
                "device": device,
                **(speaks if speaks_jt808 else {"password": password}),
                "vehicle": str(vehicle_id),
                "plate": plate,
                "depot": [lon, lat],
                "kind": "pooled" if pooled else "retained",
                "seats": seats,
            }
        )
    return made


def _keep(path: Path, content: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
