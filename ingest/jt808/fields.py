"""Reading the fields of a JT/T 808 message body one after the other; every shortage is named by its field."""

from datetime import UTC, datetime, timedelta, timezone

from ingest.jt808.wire import Unreadable

GMT8 = timezone(timedelta(hours=8))  # every time of the standard
CENTURY = 2000
# A byte of BCD -> its two digits; None = not decimal. A table, because a position has six of them.
BCD: tuple[int | None, ...] = tuple(
    (byte >> 4) * 10 + (byte & 15) if byte >> 4 <= 9 and byte & 15 <= 9 else None for byte in range(256)
)


class Fields:
    """A cursor over a body. Each method takes the next field or raises Unreadable with the field's name."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._at = 0

    @property
    def left(self) -> int:
        """Bytes not read yet."""
        return len(self._body) - self._at

    def take(self, name: str, count: int) -> bytes:
        """The next `count` bytes."""
        if count > self.left:
            raise Unreadable(f"{name}: {count} bytes wanted, {self.left} left")
        taken = self._body[self._at : self._at + count]
        self._at += count
        return taken

    def rest(self) -> bytes:
        """Everything left."""
        return self.take("rest", self.left)

    def number(self, name: str, count: int) -> int:
        """An unsigned number of `count` bytes."""
        return int.from_bytes(self.take(name, count))

    def text(self, name: str, count: int) -> str:
        """A fixed text field without its padding."""
        return read_text(self.take(name, count))

    def sized_text(self, name: str) -> str:
        """A text with its length in one byte before it."""
        return self.text(name, self.number(f"{name} length", 1))


def read_text(data: bytes) -> str:
    """GBK text without padding (zeros or blanks); a byte that is none becomes the replacement character."""
    return data.decode("gbk", errors="replace").strip("\x00 ")


def read_time(data: bytes) -> datetime:
    """Six bytes yyMMddHHmmss in GMT+8 as an instant. Raises Unreadable."""
    year, month, day, hour, minute, second = [BCD[byte] for byte in data]
    try:
        # A None among them is a TypeError: not a decimal digit.
        return datetime(CENTURY + year, month, day, hour, minute, second, tzinfo=GMT8).astimezone(UTC)  # type: ignore[operator,arg-type]
    except (TypeError, ValueError) as error:
        raise Unreadable(f"time: {data.hex()} is not yyMMddHHmmss") from error


def write_time(instant: datetime) -> bytes:
    """The reverse of `read_time`, whole seconds."""
    return bytes.fromhex(instant.astimezone(GMT8).strftime("%y%m%d%H%M%S"))
