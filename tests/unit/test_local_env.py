"""When the environment is built again, and when it is left alone."""

import sys
from pathlib import Path

from local import env

PROJECT = (Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8")


def test_a_changed_lock_or_dependency_asks_for_a_new_environment() -> None:
    """Versions come from the lock, the editable install from the project's own lines."""
    before = env.fingerprint(b"a==1", PROJECT)
    assert env.fingerprint(b"a==2", PROJECT) != before
    assert env.fingerprint(b"a==1", PROJECT.replace('name = "daylight"', 'name = "other"')) != before


def test_settings_of_tools_do_not() -> None:
    """A line of ruff's configuration must not cost a minute."""
    assert env.fingerprint(b"a==1", PROJECT.replace("line-length = 120", "line-length = 100")) == env.fingerprint(
        b"a==1", PROJECT
    )


def test_another_minor_version_of_python_asks_for_a_new_environment() -> None:
    """Its packages were compiled for one."""
    assert env.fingerprint(b"a==1", PROJECT, (3, 11)) != env.fingerprint(b"a==1", PROJECT, (3, 13))


def test_an_environment_whose_interpreter_still_starts_is_kept_and_a_dead_one_is_not(tmp_path: Path) -> None:
    """Which python3 of the same version asks does not matter, so that nothing is rebuilt beneath a running system."""
    assert env._usable(Path(sys.executable))
    gone = tmp_path / "python"
    gone.symlink_to(tmp_path / "removed")
    assert not env._usable(gone)
