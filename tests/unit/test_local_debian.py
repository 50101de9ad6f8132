"""Where the private servers come from: the machine's own Debian mirror, or a sentence that says what to do instead."""

from pathlib import Path

import pytest

from local import debian, place
from local.errors import CannotRunError

BOOKWORM = """\
Types: deb
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main
"""


def write(folder: Path, name: str, text: str) -> None:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def test_the_mirror_is_the_machines_own(tmp_path: Path) -> None:
    """deb822 sources: the main archive counts, the security archive and third parties do not."""
    write(tmp_path, "sources.list.d/debian.sources", BOOKWORM)
    write(
        tmp_path,
        "sources.list.d/other.sources",
        "Types: deb\nURIs: https://third.example\nSuites: nodistro\nComponents: main\n",
    )
    assert debian.mirrors(tmp_path) == ["http://mirror.example/debian"]


def test_one_line_sources_with_options_are_read(tmp_path: Path) -> None:
    """The older form, with an option in brackets, a comment and a source line."""
    write(
        tmp_path,
        "sources.list",
        "# deb http://old.example/debian stable main\n"
        "deb [arch=amd64 signed-by=/k] http://mirror.example/debian trixie main contrib # ours\n"
        "deb-src http://source.example/debian trixie main\n",
    )
    assert debian.mirrors(tmp_path) == ["http://mirror.example/debian"]


def test_a_switched_off_source_is_left_alone(tmp_path: Path) -> None:
    """`Enabled: no` is obeyed."""
    write(tmp_path, "sources.list.d/debian.sources", BOOKWORM.replace("Types: deb\n", "Types: deb\nEnabled: no\n"))
    assert debian.mirrors(tmp_path) == []


def test_another_distribution_has_no_debian_mirror(tmp_path: Path) -> None:
    """Same apt, other archive: not taken by mistake."""
    write(tmp_path, "sources.list", "deb http://archive.example/other noble main universe\n")
    assert debian.mirrors(tmp_path) == []


def test_without_debian_the_message_points_to_docker_compose(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No apt-get on the PATH: one clear sentence, nothing half made."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CannotRunError, match="docker compose"):
        debian.unpack(["mosquitto"], tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_clone_below_a_closed_directory_is_not_reachable_by_others(tmp_path: Path) -> None:
    """Root's home is closed to the servers' user; then data goes elsewhere."""
    inner = tmp_path / "closed" / "clone"
    inner.mkdir(parents=True)
    (tmp_path / "closed").chmod(0o700)
    assert not place.reachable_by_others(inner)


def test_a_full_disk_is_refused_before_anything_is_fetched(tmp_path: Path) -> None:
    """The sentence says how much is free and how much is needed."""
    with pytest.raises(CannotRunError, match="GB are needed"):
        place.require_disk(tmp_path / "not" / "yet" / "there", needed_bytes=10**18)
