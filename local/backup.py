"""Copies the database of a running instance to one file and brings such a file back.

A copy says which TimescaleDB it was made by (version and edition): restoring into another one is refused, because the
extension's own tables differ. The restore replaces the whole database; programs must be stopped meanwhile.
"""

import json
import shutil
import subprocess
import tarfile
import tempfile
from datetime import datetime
from pathlib import Path

from local import postgres
from local.errors import CannotRunError
from local.software import postgres_bin

VERSIONS = """
SELECT json_build_object('timescaledb', (SELECT extversion FROM pg_extension WHERE extname = 'timescaledb'),
                         'edition', current_setting('timescaledb.license'),
                         'postgres', current_setting('server_version_num')::int / 10000)
"""
# Sessions on the old database end with it; new ones are kept out until everything is back.
REPLACE = """
DROP DATABASE IF EXISTS fleet_restored WITH (FORCE);
CREATE DATABASE fleet_restored OWNER fleet_owner;
ALTER DATABASE fleet_restored SET timezone TO 'UTC';
REVOKE ALL ON DATABASE fleet_restored FROM PUBLIC;
GRANT CONNECT ON DATABASE fleet_restored TO fleet_engine, fleet_web, fleet_gateway;
GRANT TEMPORARY ON DATABASE fleet_restored TO fleet_engine;
"""
SWAP = """
DROP DATABASE fleet WITH (FORCE);
ALTER DATABASE fleet_restored RENAME TO fleet;
"""


def backup(server: postgres.Postgres, into: Path, now: datetime) -> Path:
    """Write one file named after the instant into the folder and return it."""
    into.mkdir(parents=True, exist_ok=True)
    file = into / f"daylight-{now:%Y%m%dT%H%M%SZ}.tar"
    with tempfile.TemporaryDirectory(dir=into) as folder:
        dump, about = Path(folder) / "fleet.dump", Path(folder) / "about.json"
        _pg(server, "pg_dump", "--format=custom", "--dbname=fleet", f"--file={dump}")
        about.write_text(json.dumps(versions(server) | {"made_at": now.isoformat()}))
        part = Path(folder) / "part.tar"
        with tarfile.open(part, "w") as archive:
            archive.add(about, "about.json")
            archive.add(dump, "fleet.dump")
        part.chmod(0o600)
        part.replace(file)
    return file


def restore(server: postgres.Postgres, file: Path) -> None:
    """Replace the database by the copy. Raises CannotRunError when it was made by another edition or version."""
    if not tarfile.is_tarfile(file):
        raise CannotRunError(f"{file} is not a copy made by `make backup`")
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(file) as archive:
            for name in ("about.json", "fleet.dump"):
                _take_out(archive, name, Path(folder) / name)
        about = json.loads((Path(folder) / "about.json").read_text())
        refusal = mismatch(about, versions(server))
        if refusal:
            raise CannotRunError(refusal)
        postgres.ask(server, REPLACE)
        create = f"CREATE EXTENSION timescaledb VERSION '{about['timescaledb']}'; SELECT timescaledb_pre_restore();"
        postgres.ask(server, create, database="fleet_restored")
        _pg(server, "pg_restore", "--dbname=fleet_restored", "--exit-on-error", str(Path(folder) / "fleet.dump"))
        postgres.ask(server, "SELECT timescaledb_post_restore(); ANALYZE;", database="fleet_restored")
        postgres.ask(server, SWAP)


def _take_out(archive: tarfile.TarFile, name: str, to: Path) -> None:
    """One file by its exact name; whatever else the archive holds is left alone."""
    try:
        member = archive.extractfile(name)
    except KeyError:
        member = None
    if member is None:
        raise CannotRunError(f"{archive.name!s} is not a copy made by `make backup`: it has no {name}")
    with member, to.open("wb") as out:
        shutil.copyfileobj(member, out)


def versions(server: postgres.Postgres) -> dict[str, str | int]:
    """What this server is: TimescaleDB's version and edition, PostgreSQL's major version."""
    found: dict[str, str | int] = json.loads(postgres.ask(server, VERSIONS, database="fleet"))
    return found


def mismatch(copy: dict[str, str | int], here: dict[str, str | int]) -> str | None:
    """Why the copy must not be restored here, or None."""
    for name in ("timescaledb", "edition", "postgres"):
        if copy.get(name) != here.get(name):
            return (
                f"this copy was made with {name} {copy.get(name)}, here runs {name} {here.get(name)}: "
                "restore it where both agree, then upgrade there"
            )
    return None


def _pg(server: postgres.Postgres, program: str, *arguments: str) -> None:
    done = subprocess.run(
        [str(postgres_bin(server.root) / program), *arguments],
        check=False,
        capture_output=True,
        text=True,
        env=postgres.client_environment(server),
    )
    if done.returncode != 0:
        raise CannotRunError(f"{program} failed: {' | '.join(done.stderr.strip().splitlines()[-3:])}")
