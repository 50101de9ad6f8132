"""Requests of another site's page are told from our own by three signs, without a database."""

import pytest

from web import guard
from web.problems import ForeignRequest

OURS = {"host": "fleet.example:8443"}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "none"},
        {"origin": "https://fleet.example:8443"},
    ],
)
def test_our_own_page_and_plain_clients_pass(headers: dict[str, str]) -> None:
    guard.check_origin(OURS | headers)


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://fleet.example"},
        {"origin": "https://fleet.example.evil:8443"},
        {"origin": "null"},
        {"origin": ""},
        {"sec-fetch-site": "same-origin", "origin": "https://evil.example"},
    ],
)
def test_another_site_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(ForeignRequest):
        guard.check_origin(OURS | headers)


@pytest.mark.parametrize("given", [{}, {"x-csrf-token": ""}, {"x-csrf-token": "tok"}, {"x-csrf-token": "tokén"}])
def test_only_the_whole_token_passes(given: dict[str, str]) -> None:
    guard.check_csrf({"x-csrf-token": "token"}, "token")
    with pytest.raises(ForeignRequest):
        guard.check_csrf(given, "token")


def test_the_cookie_is_bound_to_the_host_where_there_is_tls() -> None:
    assert guard.cookie_name("https") == guard.cookie_name("wss") == "__Host-session"
    assert guard.cookie_name("http") == "session"
