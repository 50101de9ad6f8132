"""The kept inputs of a decoder: one a line, as text where it is a printable line and else as `hex:...`."""

from collections.abc import Iterable
from pathlib import Path

FOLDER = Path(__file__).parent / "corpus"
HEX = "hex:"


def load(name: str) -> list[bytes]:
    """All kept inputs, in the order of the file."""
    return [_read(line) for line in (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines()]


def save(name: str, inputs: Iterable[bytes]) -> None:
    """Write the file anew: short ones first, none twice."""
    lines = [_write(data) + "\n" for data in sorted(set(inputs), key=lambda data: (len(data), data))]
    (FOLDER / f"{name}.txt").write_text("".join(lines), encoding="utf-8")


def _read(line: str) -> bytes:
    return bytes.fromhex(line.removeprefix(HEX)) if line.startswith(HEX) else line.encode()


def _write(data: bytes) -> str:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return HEX + data.hex()
    return text if text.isprintable() and text and not text.startswith(HEX) else HEX + data.hex()
