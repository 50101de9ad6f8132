"""`python -m web` serves the interface; `python -m web openapi` prints its description without any server."""

import json
import os
import socket
import sys

import structlog
import uvicorn

from fleet.errors import NotConfigured
from fleet.settings import Settings, load
from web.app import make_app

LARGEST_INBOUND_FRAME = 16 * 1024
CLOSE_WITHIN_S = 3


def main() -> int:
    """0 = served until asked to stop, 1 = could not start, 2 = a setting is missing or wrong."""
    try:
        settings = load(os.environ)
    except NotConfigured as reason:
        print(reason, file=sys.stderr)
        return 2
    if sys.argv[1:] == ["openapi"]:
        description = make_app(settings).openapi()
        print(json.dumps(description, indent=1, ensure_ascii=False, sort_keys=True))
        return 0
    if sys.argv[1:]:
        print("usage: python -m web [openapi]", file=sys.stderr)
        return 2
    return _serve(settings)


class Announced(uvicorn.Server):
    """Says in the log when it serves: after the port is bound, not before."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            host, port, *_ = self.servers[0].sockets[0].getsockname()
            structlog.get_logger("web").info("ready", listen=f"{host}:{port}")


def _serve(settings: Settings) -> int:
    log_as_json(settings.log_level)
    server = Announced(config_of(settings))
    server.run()
    return 0 if server.started else 1


def config_of(settings: Settings) -> uvicorn.Config:
    """How it is served. What a proxy says of the client is believed from the named proxy only, else from nobody."""
    host, _, port = settings.web_listen.rpartition(":")
    return uvicorn.Config(
        make_app(settings),
        host=host.strip("[]"),
        port=int(port),
        ssl_certfile=settings.tls_cert,
        ssl_keyfile=settings.tls_key,
        log_config=None,
        access_log=False,
        server_header=False,
        ws_max_size=LARGEST_INBOUND_FRAME,
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=CLOSE_WITHIN_S,
        proxy_headers=settings.web_proxy is not None,
        forwarded_allow_ips=settings.web_proxy or "",
    )


def log_as_json(level: str) -> None:
    """One JSON line per event on standard error."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


if __name__ == "__main__":
    sys.exit(main())
