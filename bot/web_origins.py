"""Which sites may use the API from a browser, by an exact list; it authenticates nobody."""

from urllib.parse import urlsplit

from fastapi import Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.settings import Settings
from bot.web_problems import Problem
from bot.web_requests import API

METHODS = ("GET", "POST", "PUT", "DELETE")
ALLOWED_HEADERS = ("Authorization", "Content-Type", "Last-Event-ID", "Traceparent")
EXPOSED_HEADERS = ("Retry-After", "X-Trace-Id")


class Origins(CORSMiddleware):
    """CORS for the API: other origins, and `null`, get a 403 instead of an answer that their browser then hides."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        if "*" in settings.origins:
            raise ValueError("OPINE_ORIGINS: name each site, such as https://example.org; * is not accepted")
        public = urlsplit(settings.public_url)
        super().__init__(
            app,
            allow_origins=[*(site.rstrip("/") for site in settings.origins), f"{public.scheme}://{public.netloc}"],
            allow_methods=METHODS,
            allow_headers=ALLOWED_HEADERS,
            expose_headers=EXPOSED_HEADERS,
            max_age=86_400,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(API):
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        origin = headers.get("origin")
        if origin is None or _same_host(origin, headers.get("host")):
            await self.app(scope, receive, _varying(send))
        elif not self.is_allowed_origin(origin):
            problem = Problem(403, "origin-refused", headers={"Vary": "Origin, Accept-Language"})
            await problem.response(Request(scope))(scope, receive, send)
        elif scope["method"] == "OPTIONS" and "access-control-request-method" in headers:
            await self._preflight(scope, headers)(scope, receive, send)
        else:
            await self.simple_response(scope, receive, send, request_headers=headers)

    def _preflight(self, scope: Scope, headers: Headers) -> Response:
        answer = self.preflight_response(request_headers=headers)
        if answer.status_code == 200:
            return answer
        allowed = {name: value for name, value in answer.headers.items() if name.startswith(("access-", "vary"))}
        return Problem(400, "preflight-refused", headers=allowed).response(Request(scope))


def _same_host(origin: str, host: str | None) -> bool:
    """Whether the page comes from this very server; behind a proxy the scheme may differ."""
    return bool(host) and origin.partition("://")[2] == host


def _varying(send: Send) -> Send:
    async def send_varying(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).add_vary_header("Origin")
        await send(message)

    return send_varying
