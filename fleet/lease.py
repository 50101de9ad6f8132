"""A lease in the database: which of several equal programs works, until when, and in which term.

Time is the database's alone. A holder is known by the `application_name` of its connections: when none of them is left
it has died or lost the database, and nobody waits for its time to run out. The term is the fence: whoever writes names
it in the same transaction, so a holder that slept through its time cannot commit any more (docs/decisions/0009).
"""

from uuid import uuid4

from fleet.db import Connection

# Whether the lease can be had: nobody ever had it, its time is over, or its holder has no connection left.
FREE = """
    SELECT expires_at <= clock_timestamp() OR NOT EXISTS (
        SELECT FROM pg_stat_activity a WHERE a.application_name = l.holder AND a.datname = current_database())
    FROM lease l WHERE l.name = %(name)s"""
# A frozen holder may have left a transaction open that keeps rows locked; its connections end before the term rises.
END_CONNECTIONS = """
    SELECT count(*) FILTER (WHERE pg_terminate_backend(a.pid))
    FROM lease l JOIN pg_stat_activity a ON a.application_name = l.holder AND a.datname = current_database()
    WHERE l.name = %(name)s AND l.holder <> %(holder)s AND l.expires_at <= clock_timestamp()"""
TAKE = """
    INSERT INTO lease AS l (name, holder, term, taken_at, expires_at)
    VALUES (%(name)s, %(holder)s, 1, clock_timestamp(), clock_timestamp() + %(lasts_s)s * interval '1 second')
    ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, term = l.term + 1, taken_at = clock_timestamp(),
        expires_at = clock_timestamp() + %(lasts_s)s * interval '1 second'
    WHERE l.expires_at <= clock_timestamp() OR NOT EXISTS (
        SELECT FROM pg_stat_activity a WHERE a.application_name = l.holder AND a.datname = current_database())
    RETURNING term"""
# A holder late with this still has the lease while nobody took it.
RENEW = """
    UPDATE lease SET expires_at = clock_timestamp() + %(lasts_s)s * interval '1 second'
    WHERE name = %(name)s AND holder = %(holder)s AND term = %(term)s"""
GIVE_UP = """
    UPDATE lease SET expires_at = clock_timestamp() WHERE name = %(name)s AND holder = %(holder)s AND term = %(term)s"""


class LeaseLost(Exception):
    """Somebody else holds the lease, or nobody can say: nothing may be written or acknowledged any more."""


def holder_name(name: str) -> str:
    """A name for one process, never used again: also the `application_name` of all its connections."""
    return f"{name}-{uuid4().hex[:12]}"


async def take(connection: Connection, name: str, holder: str, *, lasts_s: float) -> int | None:
    """Take the lease when it can be had; returns the new term, or None while somebody holds it."""
    about: dict[str, object] = {"name": name, "holder": holder, "lasts_s": lasts_s}
    row = await (await connection.execute(FREE, about)).fetchone()
    if row is not None and not row[0]:
        return None
    await connection.execute(END_CONNECTIONS, about)
    row = await (await connection.execute(TAKE, about)).fetchone()
    return None if row is None else int(row[0])


async def renew(connection: Connection, name: str, holder: str, term: int, *, lasts_s: float) -> bool:
    """Hold it for another while; False when somebody else took it."""
    about = {"name": name, "holder": holder, "term": term, "lasts_s": lasts_s}
    return (await connection.execute(RENEW, about)).rowcount == 1


async def give_up(connection: Connection, name: str, holder: str, term: int) -> None:
    """Let the next one have it at once."""
    await connection.execute(GIVE_UP, {"name": name, "holder": holder, "term": term})
