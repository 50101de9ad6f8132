"""When the environment is built again, and when it is left alone."""

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
