"""One private PostgreSQL 17 with TimescaleDB: data directory, configuration, start, roles, questions by psql.

Listens on 127.0.0.1 only, over TCP (socket paths may be too long). Runs as the unprivileged server user.
"""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from local import process
from local.errors import CannotRunError
from local.place import REPOSITORY, Identity, make_dir, write_owned
from local.software import postgres_bin

ROLES_SQL = REPOSITORY / "deploy" / "roles.sql"
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 (only its size is looked at)
PASSWORD_VARIABLES = {f"fleet_{role}": f"{role}_password" for role in ("owner", "engine", "web", "gateway")}
CONFIGURATION = """\
# Written at every start by local/postgres.py; changes here are lost.
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = ''
max_connections = 150
shared_preload_libraries = 'timescaledb'
timescaledb.telemetry_level = off
timescaledb.max_background_workers = 0
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
shared_buffers = {shared_buffers_mb}MB
dynamic_shared_memory_type = {shared_memory}
max_wal_size = 1GB
checkpoint_timeout = 10min
fsync = {fsync}
synchronous_commit = on
full_page_writes = {fsync}
wal_level = replica
log_min_duration_statement = 2s
log_line_prefix = '%m [%p] %u@%d '
password_encryption = 'scram-sha-256'
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Postgres:
    """Where an instance is and how to reach it."""

    root: Path  # the unpacked software
    home: Path  # data/ and server.log live here, owned by the server user
    port: int
    passwords: Mapping[str, str]
    identity: Identity
    durable: bool = True  # False (tests): survives kill -9 of the server, not of the machine

    @property
    def data(self) -> Path:
        """The data directory."""
        return self.home / "data"

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.home / "server.log"

    def url(self, role: str, database: str = "fleet") -> str:
        """The address for one role, password included."""
        return f"postgresql://{role}:{self.passwords[role]}@127.0.0.1:{self.port}/{database}"


def start(server: Postgres) -> subprocess.Popen[bytes]:
    """Create the cluster when absent, start the server as our child and wait until it answers."""
    make_dir(server.home, 0o700, server.identity)
    if not (server.data / "PG_VERSION").exists():
        _create_cluster(server)
    _configure(server)
    with process.open_log(server.log) as log:
        child = process.start(
            [postgres_bin(server.root) / "postgres", "-D", server.data],
            log=log,
            environment=_environment(server),
            cwd=server.home,
            identity=server.identity,
            on_parent_death="INT",  # fast shutdown
        )
    _wait_until_ready(server, child)
    return child


def end_former(home: Path) -> None:
    """After kill -9 of a supervisor its server is still shutting down: wait for it, then end it the hard way."""
    data = home / "data"
    try:
        pid = int((data / "postmaster.pid").read_text().splitlines()[0])
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError, ValueError, IndexError):
        return
    ticks = process.start_ticks(pid)
    if ticks is not None and str(data).encode() in words:
        process.end(process.Known(pid=pid, started_ticks=ticks), first=signal.SIGINT, patience_s=30)


def stop(child: subprocess.Popen[bytes]) -> None:
    """Fast shutdown: roll back what is open, write a checkpoint, end."""
    process.stop(child, first=signal.SIGINT, patience_s=60)


def ask(server: Postgres, sql: str, *, database: str = "postgres", variables: Mapping[str, str] | None = None) -> str:
    """Run SQL as superuser through psql and return unaligned rows. Raises CannotRunError with the server's words."""
    settings = "".join(f"\\set {name} '{value}'\n" for name, value in (variables or {}).items())
    done = subprocess.run(
        [str(postgres_bin(server.root) / "psql"), "-X", "-q", "-t", "-A", "-v", "ON_ERROR_STOP=1", "-f", "-"],
        check=False,
        input=settings + sql,
        capture_output=True,
        text=True,
        env=client_environment(server) | {"PGDATABASE": database},
    )
    if done.returncode != 0:
        raise CannotRunError(f"the database refused: {done.stderr.strip()}")
    return done.stdout.strip()


def create_roles(server: Postgres) -> None:
    """Create the roles of deploy/roles.sql and the empty database `fleet`; harmless when they exist."""
    variables = {variable: server.passwords[role] for role, variable in PASSWORD_VARIABLES.items()}
    ask(server, ROLES_SQL.read_text(), variables=variables)


def client_environment(server: Postgres) -> dict[str, str]:
    """What psql, pg_dump and pg_restore need to reach the server as superuser."""
    return _environment(server) | {
        "PGHOST": "127.0.0.1",
        "PGPORT": str(server.port),
        "PGUSER": "postgres",
        "PGPASSWORD": server.passwords["postgres"],
    }


def _environment(server: Postgres) -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C", "TZ": "UTC", "HOME": str(server.home)}


def _create_cluster(server: Postgres) -> None:
    shutil.rmtree(server.data, ignore_errors=True)
    password_file = server.home / "first-password"
    write_owned(password_file, server.passwords["postgres"], server.identity)
    command: list[str | Path] = [postgres_bin(server.root) / "initdb", "-D", server.data, "-U", "postgres"]
    command += ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    command += ["--auth=scram-sha-256", f"--pwfile={password_file}", "--no-sync"]
    try:
        done = subprocess.run(
            process.leashed(command, identity=server.identity),
            check=False,
            capture_output=True,
            text=True,
            env=_environment(server),
            cwd=server.home,
        )
    finally:
        password_file.unlink()
    if done.returncode != 0:
        raise CannotRunError(f"PostgreSQL could not create its data directory: {done.stderr.strip()}")


def _configure(server: Postgres) -> None:
    text = CONFIGURATION.format(
        port=server.port,
        shared_buffers_mb=256 if server.durable else 128,
        shared_memory="posix" if _has_shared_memory(server.identity) else "mmap",
        fsync="on" if server.durable else "off",
    )
    write_owned(server.data / "postgresql.conf", text, server.identity)


def _has_shared_memory(identity: Identity) -> bool:
    """Whether /dev/shm is there, large enough and open to the servers' user; containers often differ."""
    if not SHARED_MEMORY.is_dir():
        return False
    about = SHARED_MEMORY.stat()
    writable = about.st_mode & 0o002 or (about.st_uid == identity.uid and about.st_mode & 0o200)
    return bool(writable) and shutil.disk_usage(SHARED_MEMORY).free > 500_000_000


def _wait_until_ready(server: Postgres, child: subprocess.Popen[bytes], patience_s: float = 60) -> None:
    deadline = time.monotonic() + patience_s
    probe = [str(postgres_bin(server.root) / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(server.port)]
    while time.monotonic() < deadline:
        if child.poll() is not None:
            raise CannotRunError(f"PostgreSQL ended at start; its last words: {_last_words(server.log)}")
        if subprocess.run([*probe, "-U", "postgres"], check=False, env=_environment(server)).returncode == 0:
            return
        time.sleep(0.1)
    raise CannotRunError(f"PostgreSQL did not answer within {patience_s:.0f} s; see {server.log}")


def _last_words(log: Path) -> str:
    return " | ".join(log.read_text(errors="replace").splitlines()[-3:])
