"""What happens to every request: trace id, log line without content, latency, limits, an answer to every error."""

import re
import secrets
import time
import traceback

import structlog
from fastapi import Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.metrics import Metrics
from bot.settings import Settings
from bot.web_problems import Problem, too_many
from bot.web_security import Limits, network

log = structlog.get_logger(__name__)

API = "/api/v1"
MONITORING = ("/healthz", "/readyz", "/metrics")
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")
_UPLOAD = re.compile(rf"{API}/campaigns/[^/]+/images")
_FORM_OVERHEAD = 64 * 1024  # of a multipart upload, beside the file


class Tracing:
    """Gives each request an id (the caller's, if it sends `traceparent`), measures it, and logs it by its route."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        parent = _TRACEPARENT.fullmatch(Headers(scope=scope).get("traceparent", ""))
        trace = parent[1] if parent else secrets.token_hex(16)
        scope.setdefault("state", {})["trace"] = trace

        async def send_traced(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["X-Trace-Id"] = trace
                headers["X-Content-Type-Options"] = "nosniff"
                self._record(scope, message["status"], time.perf_counter() - began)
            await send(message)

        with structlog.contextvars.bound_contextvars(trace=trace):
            await self._app(scope, receive, send_traced)

    def _record(self, scope: Scope, status: int, seconds: float) -> None:
        # The route's template, never the path: ids are personal, and unknown paths would be endless labels.
        route = getattr(scope.get("route"), "path_format", None) or "unmatched"
        method = scope["method"] if scope["method"] in ("GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD") else "other"
        self._metrics.requests.labels(method, route, status).observe(seconds)
        log.info("request", method=method, route=route, status=status, ms=round(seconds * 1000, 1))


class Failures:
    """Answers errors that no handler knew; the log gets where, but no message: it may hold what a person wrote."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def send_noted(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, send_noted)
        except Problem as problem:
            await problem.response(Request(scope))(scope, receive, send)
        except Exception as error:
            if scope["type"] != "http":
                raise
            _log(error)
            if not started:  # else the server sees an answer that is not whole, and closes the connection
                await Problem(500, "internal").response(Request(scope))(scope, receive, send)


def _log(error: Exception) -> None:
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    frames = traceback.extract_tb(error.__traceback__)[-8:]
    where = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    log.error("request failed", error=type(error).__qualname__, where=where)


class Gate:
    """Refuses, before anything is parsed, who asks too often and whose body is too large."""

    def __init__(self, app: ASGIApp, settings: Settings, limits: Limits) -> None:
        self._app = app
        self._settings = settings
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] not in MONITORING:
            headers = Headers(scope=scope)
            self._count(scope, headers.get("origin"))
            receive = self._capped(scope, headers, receive)
        await self._app(scope, receive, send)

    def _count(self, scope: Scope, site: str | None) -> None:
        client = scope.get("client")
        if wait := self._limits.addresses.take(network(client[0] if client else None)):
            raise too_many(wait)
        if site and (wait := self._limits.sites.take(site)):
            raise too_many(wait)

    def _capped(self, scope: Scope, headers: Headers, receive: Receive) -> Receive:
        upload = _UPLOAD.fullmatch(scope["path"])
        limit = self._settings.max_image_bytes + _FORM_OVERHEAD if upload else self._settings.max_body_bytes
        declared = headers.get("content-length", "")
        if declared.isdecimal() and (len(declared) > 15 or int(declared) > limit):
            raise _too_large(limit)
        received = 0

        async def receive_capped() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                raise _too_large(limit)
            return message

        return receive_capped


def _too_large(limit: int) -> Problem:
    # The rest of the body is not read: the connection must not be used again.
    return Problem(413, "too-large", limit=f"{limit:,}", headers={"Connection": "close"})
