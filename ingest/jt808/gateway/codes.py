"""Authentication codes of terminals: derived from the phone number and a key of the gateway, so nothing is stored.

A code stays good across restarts as long as the key file is there. JT/T 808 has no stronger proof of identity than
this code, and gives it to whoever registers first under a known number: the network the terminals use must be private
(an APN of the operator), which docs/operations.md says.
"""

import contextlib
import hashlib
import hmac
import os
import secrets
from pathlib import Path

KEY_FILE = "jt808.key"
KEY_BYTES = 32
CODE_DIGITS = 16


class Codes:
    """Gives and checks codes."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def of(self, device: str) -> str:
        """The code of a device."""
        return hmac.new(self._key, device.encode(), hashlib.sha256).hexdigest()[:CODE_DIGITS]

    def fits(self, device: str, code: str) -> bool:
        """Whether this is it; takes the same time either way."""
        return hmac.compare_digest(self.of(device).encode(), code.encode())


def kept_key(state_dir: Path) -> bytes:
    """The key in the state directory, drawn at the first start, readable by the owner only.

    Gateways that share the directory have one key, also when they draw it in the same moment: the first stays.
    """
    file = state_dir / KEY_FILE
    if not file.exists():
        fresh = file.with_suffix(f".{os.getpid()}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as handle:
            handle.write(secrets.token_bytes(KEY_BYTES))
            handle.flush()
            os.fsync(handle.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(fresh, file)
        fresh.unlink()
    return file.read_bytes()
