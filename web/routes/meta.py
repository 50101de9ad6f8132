"""Health, figures and the description of the interface, for machines."""

from fastapi import APIRouter, Request, Response

from fleet.db import pg_errors
from web import metrics
from web.parts import parts_of
from web.problems import Unavailable

router = APIRouter(tags=["meta"])


@router.get("/health/live", include_in_schema=False)
async def live() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.get("/health/ready", include_in_schema=False)
async def ready(request: Request) -> dict[str, str]:
    """The database answers too."""
    try:
        async with parts_of(request).pool.connection(timeout=2) as conn:
            await conn.execute("SELECT 1")
    except (pg_errors.Error, OSError) as error:
        raise Unavailable(what="database") from error
    return {"status": "ok"}


@router.get("/metrics", include_in_schema=False)
async def figures(request: Request) -> Response:
    """Prometheus text."""
    metrics.VIEWERS.set(len(parts_of(request).hub.viewers))
    return Response(metrics.text(), media_type=metrics.TEXT_TYPE)
