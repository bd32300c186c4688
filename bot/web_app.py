"""The web application: chat page, JSON API, event streams. It decides nothing: `conversation` does."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, cast

import uvicorn
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.responses import Response

from bot import web_health, web_operators, web_opinions, web_pages, web_people, web_public, web_stream
from bot.conversation import Conversation
from bot.displayed import Displayed
from bot.metrics import Metrics
from bot.settings import Settings
from bot.web_events import Streams
from bot.web_origins import Origins
from bot.web_parts import Parts
from bot.web_problems import ProblemDetails, from_error, from_http, from_validation
from bot.web_requests import API, Failures, Gate, Tracing
from bot.web_security import Limits, VisitorTokens
from feedback.errors import OpineError
from feedback.media import BadImage, Media, NoRoom
from feedback.store import Store

if TYPE_CHECKING:
    from bot.worker import Worker

_API_ROUTERS = (web_people.router, web_stream.router, web_opinions.router, web_public.router, web_operators.router)


def create_app(
    settings: Settings,
    store: Store,
    media: Media,
    conversation: Conversation,
    worker: "Worker | None" = None,
    metrics: Metrics | None = None,
) -> FastAPI:
    """The application over an open store; its lifespan runs the worker, where there is one, and the event streams."""
    parts = Parts(
        settings=settings,
        store=store,
        media=media,
        conversation=conversation,
        worker=worker,
        metrics=metrics or Metrics(),
        tokens=VisitorTokens(settings.key(), settings.visitor_days),
        limits=Limits(settings),
        streams=Streams(store),
        displayed=Displayed(media, settings.data / "displayed"),
    )
    app = FastAPI(
        title="Opine",
        summary="Opinions on images, in any language, as preference data.",
        version=version("opine"),
        lifespan=_lifespan,
        middleware=[
            Middleware(Tracing, metrics=parts.metrics),
            Middleware(Origins, settings=settings),
            Middleware(Failures),
            Middleware(Gate, settings=settings, limits=parts.limits),
        ],
        generate_unique_id_function=_operation_id,
        docs_url=None,  # both pages load scripts from elsewhere
        redoc_url=None,
    )
    app.state.parts = parts
    for router in _API_ROUTERS:
        app.include_router(router, prefix=API)
    app.include_router(web_health.router)
    app.include_router(web_pages.router)
    app.exception_handler(HTTPException)(_tell_http)
    app.exception_handler(RequestValidationError)(_tell_validation)
    for kind in (OpineError, BadImage, NoRoom):
        app.exception_handler(kind)(_tell_error)
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign]  # FastAPI's documented way to extend it
    return app


class Server(uvicorn.Server):
    """uvicorn waits for open connections before it ends the lifespan: event streams must be told before that."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the event streams, then shut down as usual."""
        app = cast(FastAPI, self.config.app)
        app.state.parts.streams.close()
        await super().shutdown(sockets)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    parts: Parts = app.state.parts
    async with AsyncExitStack() as stack:
        if parts.worker is not None:
            from bot.worker import running  # brings the models' libraries along

            await stack.enter_async_context(running(parts.worker))
        await stack.enter_async_context(_fed(parts.streams))
        yield


@asynccontextmanager
async def _fed(streams: Streams) -> AsyncIterator[None]:
    task = asyncio.create_task(streams.run())
    try:
        yield
    finally:
        streams.close()
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _tell_http(request: Request, error: Exception) -> Response:
    return from_http(cast(HTTPException, error)).response(request)


async def _tell_validation(request: Request, error: Exception) -> Response:
    return from_validation(cast(RequestValidationError, error)).response(request)


async def _tell_error(request: Request, error: Exception) -> Response:
    return from_error(error).response(request)


def _operation_id(route: APIRoute) -> str:
    return route.name


def _openapi(app: FastAPI) -> dict[str, Any]:
    """FastAPI's own, with the one error model that every route refers to."""
    if app.openapi_schema is None:
        schema = get_openapi(title=app.title, version=app.version, summary=app.summary, routes=app.routes)
        models = schema.setdefault("components", {}).setdefault("schemas", {})
        details = ProblemDetails.model_json_schema(ref_template="#/components/schemas/{model}")
        models |= details.pop("$defs", {}) | {"ProblemDetails": details}
        app.openapi_schema = schema
    return app.openapi_schema
