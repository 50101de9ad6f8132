"""The town, and people at browsers in it. Every page is watched: foreign requests and console errors fail the test."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request

from local.place import REPOSITORY
from tests.browser.town import Spot, Town, running_town

Person = Callable[..., Page]
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
DESK: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}

# Their tests tell the last six minutes of a drive: a fix at the depot in the midst of it would be a jump.
DRIVE_FIRST = {1, 9, 14, 15, 16}


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory, city_dir: Path) -> Iterator[Town]:
    """One running town for all browser tests; every MQTT locator but the last has reported once, and those that drive first."""
    assert (REPOSITORY / "web/ui/dist/index.html").exists(), "build the interface first: npm run build in web/ui"
    with running_town(tmp_path_factory.mktemp("town"), city_dir) as started:
        for number, vehicle in enumerate(started.vehicles[:-1]):
            if number in DRIVE_FIRST or "password" not in vehicle:  # a JT/T 808 terminal; no gateway runs here
                continue
            lon, lat = vehicle["depot"]
            started.report(vehicle, [Spot(at=datetime.now(UTC), lon=lon, lat=lat)])
        yield started


class Watch:
    """What went wrong on the watched pages."""

    def __init__(self, home: str) -> None:
        self.home = urlsplit(home).netloc
        self.foreign: list[str] = []
        self.errors: list[str] = []
        self.expected: tuple[str, ...] = ()  # parts of console errors a test provokes itself

    def attach(self, context: BrowserContext) -> None:
        context.on("request", self._request)
        context.on("console", self._console)
        context.on("weberror", lambda error: self.errors.append(str(error.error)))

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in {"data", "blob"} and parts.netloc != self.home:
            self.foreign.append(request.url)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not any(part in message.text for part in self.expected):
            self.errors.append(message.text)


@pytest.fixture
def watch(town: Town) -> Iterator[Watch]:
    """Collects over a test, judges at its end."""
    watching = Watch(town.url)
    yield watching
    assert watching.foreign == [], "the page asked somebody else"
    assert watching.errors == []


@pytest.fixture(scope="session")
def entries() -> dict[str, Any]:
    """Cookies of people who have signed in during this run."""
    return {}


@pytest.fixture
def person(town: Town, browser: Browser, watch: Watch, entries: dict[str, Any]) -> Iterator[Person]:
    """`person("dispatcher")` is a signed-in page; `person("driver", phone=True, scheme="dark", lang="en")` likewise."""
    contexts: list[BrowserContext] = []

    def sign_in(
        login: str, *, phone: bool = False, scheme: Literal["light", "dark"] = "light", lang: str = "zh-CN"
    ) -> Page:
        context = browser.new_context(
            **(PHONE if phone else DESK),
            locale=lang,
            timezone_id="Asia/Shanghai",
            color_scheme=scheme,
            reduced_motion="reduce",
            base_url=town.url,
            storage_state=entries.get(login),
        )
        contexts.append(context)
        watch.attach(context)
        page = context.new_page()
        if login not in entries:
            enter(page, login, town.password)
            entries[login] = context.storage_state()
        return page

    yield sign_in
    for context in contexts:
        context.close()


@pytest.fixture
def stranger(town: Town, browser: Browser, watch: Watch) -> Iterator[Callable[..., Page]]:
    """`stranger(scheme="dark")` is a page nobody has signed in on."""
    contexts: list[BrowserContext] = []

    def come(*, scheme: Literal["light", "dark"] = "light") -> Page:
        context = browser.new_context(
            **DESK, locale="zh-CN", color_scheme=scheme, reduced_motion="reduce", base_url=town.url
        )
        contexts.append(context)
        watch.attach(context)
        return context.new_page()

    yield come
    for context in contexts:
        context.close()


def enter(page: Page, login: str, password: str) -> None:
    """Through the sign-in page, as a person does."""
    page.goto("/login")
    page.fill("input[name=login]", login)
    page.fill("input[name=password]", password)
    page.click("button[type=submit]")
    page.wait_for_url(lambda url: "/login" not in url)
