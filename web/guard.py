"""Who is asking, and whether the request came from our own page: checks that need no database.

Three independent signs are asked of every unsafe request: the browser's own word on the site that made it
(Sec-Fetch-Site), its Origin, and the session's token, which only our page can read.
"""

import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from web.problems import ForeignRequest

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
CSRF_HEADER = "X-CSRF-Token"


def cookie_name(scheme: str) -> str:
    """With TLS the cookie is bound to this host; the prefix is refused by browsers on plain http."""
    return "__Host-session" if scheme in {"https", "wss"} else "session"


def session_hash(connection: HTTPConnection) -> bytes | None:
    """SHA-256 of the session cookie, None without one."""
    token = connection.cookies.get(cookie_name(connection.url.scheme))
    return hashlib.sha256(token.encode()).digest() if token else None


def check_origin(headers: Mapping[str, str]) -> None:
    """Refuses (ForeignRequest) what another site's page made. A client that is no browser sends neither header."""
    if headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise ForeignRequest(missing="same_origin")
    origin = headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != headers.get("host"):
        raise ForeignRequest(missing="same_origin")


def check_csrf(headers: Mapping[str, str], expected: str) -> None:
    """Refuses (ForeignRequest) an unsafe request without the session's token."""
    given = headers.get(CSRF_HEADER.lower(), "")
    if not hmac.compare_digest(given.encode(), expected.encode()):
        raise ForeignRequest(missing="csrf_token")
