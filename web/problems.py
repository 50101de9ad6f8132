"""Refusals and failures as `application/problem+json`, for every route of the interface.

An expected refusal carries its own code and parameters; a malformed request says which field; anything
else is ours: it is logged with its trace and answered without one.
"""

from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fleet.db import pg_errors
from fleet.errors import Refusal

MEDIA_TYPE = "application/problem+json"
log = structlog.get_logger(__name__)

# SQLSTATE classes: data exceptions and integrity constraint violations; and the state of a policy's refusal.
VALUES_REFUSED = ("22", "23")
NOT_ALLOWED = "42501"
_CODES_OF_STATUS = {
    400: "bad_request",
    401: "not_signed_in",
    403: "forbidden",
    404: "not_found",
    405: "wrong_method",
}


class NotSignedIn(Refusal):
    """No session, or it ended: by time, by another login, by a change of roles."""

    code = "not_signed_in"
    status = 401


class ForeignRequest(Refusal):
    """An unsafe request that this site's own page did not make. Params: missing."""

    code = "foreign_request"
    status = 403


class Unavailable(Refusal):
    """Something this answer needs is down. Params: what."""

    code = "unavailable"
    status = 503


class Problem(BaseModel):
    """Every error answer; texts for `code` live in the interface, in Chinese and English."""

    type: str
    title: str
    status: int
    code: str
    params: dict[str, Any]


def problem(status: int, code: str, params: dict[str, Any] | None = None) -> Response:
    """One problem answer."""
    phrase = HTTPStatus(status).phrase
    body = Problem(type=f"/problems/{code}", title=phrase, status=status, code=code, params=params or {})
    headers = {"Retry-After": str(params["retry_after_s"])} if params and "retry_after_s" in params else None
    return JSONResponse(body.model_dump(mode="json"), status, headers, MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Registers the handlers."""
    app.add_exception_handler(Refusal, _refusal)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(pg_errors.Error, _database)
    app.add_middleware(LastResort)


ANSWERS: dict[int | str, dict[str, Any]] = {
    "4XX": {"model": Problem, "description": "Refused; `code` says why"},
    "5XX": {"model": Problem, "description": "Our failure, or something we need is down"},
}


class LastResort:
    """Answers what nobody expected, inside the layers that add headers and measure."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def send_noted(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, receive, send_noted)
        except Exception:
            log.exception("request_failed", path=scope.get("path"), method=scope.get("method"))
            if scope["type"] != "http" or begun:
                raise
            await problem(500, "internal")(scope, receive, send)


async def _refusal(_request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)  # noqa: S101 - registered for this type only
    return problem(error.status, error.code, {name: _plain(value) for name, value in error.params.items()})


async def _malformed(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this type only
    fields = [{"field": ".".join(str(step) for step in item["loc"]), "reason": item["type"]} for item in error.errors()]
    return problem(422, "malformed", {"fields": fields[:20]})


async def _http(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this type only
    return problem(error.status_code, _CODES_OF_STATUS.get(error.status_code, "refused"))


async def _database(request: Request, error: Exception) -> Response:
    """A value the database cannot hold is the client's; everything else is ours, or the database is away."""
    assert isinstance(error, pg_errors.Error)  # noqa: S101 - registered for this type only
    state = error.sqlstate or ""
    if state.startswith(VALUES_REFUSED) or "NUL" in str(error):
        log.warning("value_refused", constraint=error.diag.constraint_name, path=request.url.path)
        return problem(422, "invalid", {"field": "value", "reason": "refused"})
    if state == NOT_ALLOWED and "row-level security" in str(error):
        return problem(403, "forbidden", {"action": f"{request.method} {request.url.path}"})
    if isinstance(error, pg_errors.OperationalError):
        log.warning("database_away", reason=type(error).__name__)
        return problem(503, "unavailable", {"what": "database"})
    raise error


def _plain(value: object) -> object:
    """Parameters are JSON values; identifiers and instants become text."""
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(name): _plain(item) for name, item in value.items()}
    return value if isinstance(value, str | int | float | bool | None) else str(value)
