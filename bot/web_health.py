"""For operators and their monitoring: alive, ready, and in figures."""

from typing import Literal

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel

from bot.web_parts import ERRORS, Parts, PartsHere, get_and_head
from bot.web_problems import Problem

router = APIRouter(tags=["health"], responses=ERRORS)


class Alive(BaseModel):
    """The process answers."""

    status: Literal["ok"] = "ok"


class Ready(BaseModel):
    """Opinions are accepted; while the reader is loading they wait to be read."""

    status: Literal["ready"] = "ready"
    reader: Literal["loaded", "loading", "failed", "elsewhere"]


@get_and_head(router, "/healthz", summary="Whether the process answers")
async def healthz() -> Alive:
    """Touches nothing else."""
    return Alive()


@get_and_head(router, "/readyz", summary="Whether opinions are accepted")
async def readyz(parts: PartsHere) -> Ready:
    """The database can be reached and has this version's schema; without the reader opinions are taken, and wait."""
    if not await parts.store.at_head():
        raise Problem(503, "not-ready", reason="The database has another version's schema; run `opine db upgrade`.")
    return Ready(reader=_reader(parts))


@router.get(
    "/metrics",
    summary="Figures for Prometheus",
    response_class=Response,
    responses={200: {"content": {"text/plain": {}}}},
)
async def metrics(parts: PartsHere) -> Response:
    """No label says anything about a person."""
    counts = await parts.store.work_counts()
    parts.metrics.work_age.set(counts.pop("oldest_seconds"))
    for state, count in counts.items():
        parts.metrics.work.labels(state).set(count)
    parts.metrics.streams.set(parts.streams.open)
    return Response(generate_latest(parts.metrics.registry), media_type=CONTENT_TYPE_LATEST)


def _reader(parts: Parts) -> Literal["loaded", "loading", "failed", "elsewhere"]:
    if parts.worker is None:
        return "elsewhere"
    if parts.worker.failed:
        return "failed"
    return "loaded" if parts.worker.ready.is_set() else "loading"
