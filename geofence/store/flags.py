"""Writes what the fold says against single fixes: one row per flagged fix, none for the others."""

from collections.abc import Iterable, Mapping

from fleet.db import Connection
from fleet.quality import PROFILES_VERSION
from geofence.track.marks import Mark

# A later word on a fix adds to an earlier one: flags are taken back by name, or with the stretch that is judged again.
SAVE = """
    INSERT INTO fix_flag AS f (vehicle_id, fixed_at, tenant_id, flags, profiles_version)
    SELECT %(vehicle)s, from_epoch_ms(u.at_ms), %(tenant)s, u.flags, %(version)s
    FROM unnest(%(instants)s::bigint[], %(flags)s::smallint[]) AS u(at_ms, flags)
    ON CONFLICT (vehicle_id, fixed_at) DO UPDATE SET flags = f.flags | excluded.flags,
        profiles_version = excluded.profiles_version, written_at = excluded.written_at"""
FORGET_ALL = """
    DELETE FROM fix_flag WHERE vehicle_id = %(vehicle)s AND fixed_at > from_epoch_ms(%(from_ms)s)
        AND fixed_at <= from_epoch_ms(%(until_ms)s)"""
FORGET_ONLY = """
    DELETE FROM fix_flag WHERE vehicle_id = %(vehicle)s AND flags = %(flag)s
        AND fixed_at BETWEEN from_epoch_ms(%(from_ms)s) AND from_epoch_ms(%(until_ms)s)"""
TAKE_BACK = """
    UPDATE fix_flag SET flags = flags & ~%(flag)s::smallint, written_at = clock_timestamp()
    WHERE vehicle_id = %(vehicle)s AND flags & %(flag)s::smallint <> 0
        AND fixed_at BETWEEN from_epoch_ms(%(from_ms)s) AND from_epoch_ms(%(until_ms)s)"""
TELL = "SELECT pg_notify('fix_flagged', '')"


async def forget_flags(conn: Connection, vehicle_id: str, from_ms: int, until_ms: int) -> None:
    """Of fixes after `from_ms` up to `until_ms`: they are judged again."""
    await conn.execute(FORGET_ALL, {"vehicle": vehicle_id, "from_ms": from_ms, "until_ms": until_ms})


async def save_flags(
    conn: Connection, tenant_id: str, vehicle_id: str, taken: Iterable[Mark], flags: Mapping[int, int]
) -> None:
    """What is taken back, then what stands (geofence.track.marks)."""
    for mark in taken:
        about = {"vehicle": vehicle_id, "flag": mark.flag, "from_ms": mark.from_ms, "until_ms": mark.to_ms}
        await conn.execute(FORGET_ONLY, about)
        await conn.execute(TAKE_BACK, about)
    if flags:
        rows = {"instants": list(flags), "flags": list(flags.values())}
        whose = {"vehicle": vehicle_id, "tenant": tenant_id, "version": PROFILES_VERSION}
        await conn.execute(SAVE, whose | rows)
        await conn.execute(TELL)
