"""Ports, records of processes and secrets of an instance: kept while they hold, replaced when they do not."""

import json
import os
import random
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from local import mosquitto, process, state
from local.errors import CannotRunError

RNG = random.Random(7)


def test_a_remembered_port_is_kept_while_it_is_free() -> None:
    """An address that was given out stays the same at the next start."""
    assert state.choose_ports(["a"], {"a": 21_000}, RNG, lambda _: True) == {"a": 21_000}


def test_a_taken_port_is_replaced() -> None:
    """Somebody else took the port meanwhile: another one is chosen."""
    chosen = state.choose_ports(["a"], {"a": 21_000}, RNG, lambda port: port != 21_000)
    assert chosen["a"] != 21_000
    assert chosen["a"] in state.PORT_RANGE


def test_no_port_is_given_out_twice() -> None:
    """Servers of one instance never share a port, remembered ones included."""
    remembered = {"b": 21_001, "c": 21_001}
    chosen = state.choose_ports(["a", "b", "c"], remembered, RNG, lambda _: True)
    assert len(set(chosen.values())) == 3


def test_a_machine_without_free_ports_says_so() -> None:
    """No endless search."""
    with pytest.raises(CannotRunError, match="no free port"):
        state.choose_ports(["a"], {}, RNG, lambda _: False)


def test_is_free_sees_a_listening_socket() -> None:
    """A port somebody listens on is not free."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        assert not state.is_free(listener.getsockname()[1])


def test_ports_in_use_are_taken_as_they_are(tmp_path: Path) -> None:
    """Asking about a running instance must not move it."""
    chosen = state.ports(tmp_path, ["a", "b"], in_use=False)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", chosen["a"]))
        listener.listen()
        assert state.ports(tmp_path, ["a", "b"], in_use=True) == chosen
        assert state.ports(tmp_path, ["a", "b"], in_use=False)["a"] != chosen["a"]


def test_a_port_asked_for_must_be_free(tmp_path: Path) -> None:
    """PORT= is obeyed or refused, never silently replaced."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        with pytest.raises(CannotRunError, match="not free"):
            state.choose_web_port(tmp_path, "127.0.0.1", str(listener.getsockname()[1]))


def test_secrets_are_made_once_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    """Generated at the first start, the same afterwards, mode 600."""
    first = state.passwords(tmp_path)
    assert state.passwords(tmp_path) == first
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600
    assert len(set(first.values())) == len(state.SECRET_NAMES)


def test_a_record_of_a_living_process_is_believed(tmp_path: Path) -> None:
    """Number and start time match: it is ours."""
    process.remember(tmp_path / "pid", os.getpid())
    known = process.recall(tmp_path / "pid")
    assert known is not None
    assert known.pid == os.getpid()


def test_a_stale_record_never_points_at_somebody_else(tmp_path: Path) -> None:
    """After kill -9 and a reboot the number may belong to another process: the start time tells."""
    process.remember(tmp_path / "pid", os.getpid())
    record = json.loads((tmp_path / "pid").read_text())
    record["started_ticks"] -= 1
    (tmp_path / "pid").write_text(json.dumps(record))
    assert process.recall(tmp_path / "pid") is None


@pytest.mark.parametrize("content", ["", "{", '{"pid": "x"}', "[]", '{"pid": 999999999, "started_ticks": 1}'])
def test_a_damaged_record_counts_as_none(tmp_path: Path, content: str) -> None:
    """A half-written file does not stop a start."""
    (tmp_path / "pid").write_text(content)
    assert process.recall(tmp_path / "pid") is None


def test_a_dead_process_is_not_alive_even_before_it_is_collected() -> None:
    """A zombie counts as ended."""
    with subprocess.Popen([sys.executable, "-c", "pass"], stdout=subprocess.PIPE) as child:
        ticks = process.start_ticks(child.pid)
        assert child.stdout is not None
        child.stdout.read()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        assert ticks is not None
        assert not process.Known(pid=child.pid, started_ticks=ticks).alive()


def test_a_stubborn_process_is_killed() -> None:
    """Who ignores SIGTERM is killed after the patience, and nobody else is."""
    ignore = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('x', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", ignore], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        process.stop(child, patience_s=0.2)
        assert child.returncode == -9


def test_children_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    """kill -9 of a supervisor leaves no servers behind: the kernel ends them."""
    script = (
        "import sys, time, os; from pathlib import Path; from local import process\n"
        "child = process.start(['/bin/sleep', '60'], log=open(os.devnull, 'wb'), environment=dict(os.environ), cwd=Path('/'))\n"
        "time.sleep(0.3); print(child.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        ticks = process.start_ticks(pid)
        assert ticks is not None
        sleeper = process.Known(pid=pid, started_ticks=ticks)
        parent.kill()
    for _ in range(100):
        if not sleeper.alive():
            return
        time.sleep(0.05)
    process.end(sleeper)
    pytest.fail("the child survived its parent")


def test_a_log_that_has_grown_large_is_put_aside(tmp_path: Path) -> None:
    """Logs of a machine that runs for months do not fill its disk."""
    log = tmp_path / "web.log"
    log.write_bytes(b"x" * (process.LARGEST_LOG_BYTES + 1))
    with process.open_log(log) as out:
        out.write(b"new")
    assert log.read_bytes() == b"new"
    assert (tmp_path / "web.log.1").exists()


def test_the_servers_of_a_running_make_up_are_in_use_whoever_asks_for_settings(tmp_path: Path) -> None:
    """`local env` beside a running `make up` once ended its database and moved its ports."""
    from local.__main__ import _in_use

    assert not _in_use(tmp_path)
    process.remember(tmp_path / "supervisor.json", os.getpid())
    assert _in_use(tmp_path)


def test_an_older_brokers_file_gets_only_the_accounts_it_lacks() -> None:
    """A service account of a newer version is added at the next start; devices and known passwords stay."""
    old = mosquitto.security({"admin": "a", "ingest": "b"})
    old["clients"].append({"username": "dev1", "roles": [{"rolename": "of-dev1"}]})
    old["roles"] = [role for role in old["roles"] if role["rolename"] != "gateway"]
    passwords = {"admin": "other", "ingest": "other", "gateway": "c"}
    new = mosquitto.completed(json.dumps(old), passwords)
    assert new is not None
    assert new["clients"][:3] == old["clients"]
    assert [client["username"] for client in new["clients"][3:]] == ["gateway"]
    assert [role["rolename"] for role in new["roles"]].count("gateway") == 1
    assert len({role["rolename"] for role in new["roles"]}) == len(new["roles"])
    assert mosquitto.completed(json.dumps(new), passwords) is None
    assert [client["username"] for client in (mosquitto.completed("", passwords) or {})["clients"]] == list(passwords)


def test_a_role_of_an_older_version_becomes_this_versions_and_devices_keep_theirs() -> None:
    """A program that needs to read one topic more is allowed to after its broker's next start."""
    passwords = {"admin": "a", "gateway": "b"}
    old = mosquitto.security(passwords)
    mine = {
        "rolename": "of-dev1",
        "acls": [{"acltype": "publishClientSend", "topic": "fleet/v1/dev1/pos", "allow": True}],
    }
    old["roles"].append(mine)
    (role,) = [one for one in old["roles"] if one["rolename"] == "gateway"]
    role["acls"] = [rule for rule in reversed(role["acls"]) if not rule["topic"].endswith("status")]
    new = mosquitto.completed(json.dumps(old), passwords)
    assert new is not None
    assert new["clients"] == old["clients"]
    assert mine in new["roles"]
    assert sorted(one["rolename"] for one in new["roles"]) == sorted(one["rolename"] for one in old["roles"])
    assert mosquitto.completed(json.dumps(new), passwords) is None


def test_the_gateway_may_do_no_more_than_devices_may() -> None:
    """Least privilege: it writes what a device writes and reads what a device is told, and where terminals are; nothing of the platform's."""
    (role,) = [role for role in mosquitto.security({})["roles"] if role["rolename"] == "gateway"]
    allowed = {(rule["acltype"], rule["topic"]) for rule in role["acls"]}
    writes = {("publishClientSend", f"fleet/v1/+/{kind}") for kind in ("pos", "status", "event")}
    reads = {
        (kind, f"fleet/v1/+/{topic}")
        for kind in ("publishClientReceive", "subscribePattern")
        for topic in ("ack", "cmd", "status")
    }
    assert allowed == writes | reads
