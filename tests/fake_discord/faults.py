"""What can go wrong between Discord and a bot, to be ordered by tests: 429, 5xx, refusals, delays, cut connections."""

import asyncio
import json
import re
import time
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from .records import Json

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Act = Callable[[web.Request, Handler], Awaitable[web.StreamResponse]]


def respond(body: object, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """With a Content-Type that has no charset: discord.py reads JSON only then."""
    every = {"Content-Type": "application/json", **(headers or {})}
    return web.Response(body=json.dumps(body).encode(), status=status, headers=every)


@dataclass
class Fault:
    method: str
    pattern: re.Pattern[str]
    times: int
    act: Act


class Faults:
    """Every method takes the HTTP method (or "*"), a regular expression that is searched in the path, and how often."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._buckets: list[tuple[str, re.Pattern[str], int, float]] = []
        self._spent: dict[str, deque[float]] = defaultdict(deque)

    def limit(
        self,
        method: str,
        path: str,
        retry_after: float = 0.2,
        *,
        times: int = 1,
        everywhere: bool = False,
        via: bool = True,
    ) -> None:
        """429, of a bucket or global; without `via` as by Cloudflare, which clients must not retry."""

        async def act(request: web.Request, handler: Handler) -> web.Response:
            return too_many(retry_after, everywhere=everywhere, via=via)

        self._add(method, path, times, act)

    def fail(self, method: str, path: str, status: int = 500, *, times: int = 1) -> None:
        self.refuse(method, path, status, 0, f"{status}: trouble at Discord", times=times)

    def refuse(
        self, method: str, path: str, status: int, code: int, message: str = "refused", *, times: int = 1
    ) -> None:
        """As 403 with 50001 or 50013, or 404 with 10003, 10008 or 10062."""

        async def act(request: web.Request, handler: Handler) -> web.Response:
            return respond({"message": message, "code": code}, status)

        self._add(method, path, times, act)

    def delay(self, method: str, path: str, seconds: float, *, times: int = 1) -> None:
        async def act(request: web.Request, handler: Handler) -> web.StreamResponse:
            await asyncio.sleep(seconds)
            return await handler(request)

        self._add(method, path, times, act)

    def cut(self, method: str, path: str, *, times: int = 1, performed: bool = False) -> None:
        """The connection breaks without an answer, before or after Discord did what it was asked."""

        async def act(request: web.Request, handler: Handler) -> web.StreamResponse:
            if performed:
                await handler(request)
            return hang_up(request)

        self._add(method, path, times, act)

    def lose(self, method: str, path: str, status: int = 500, *, times: int = 1) -> None:
        """Discord did what it was asked, and answered as if it had not."""

        async def act(request: web.Request, handler: Handler) -> web.StreamResponse:
            await handler(request)
            return respond({"message": f"{status}: trouble at Discord", "code": 0}, status)

        self._add(method, path, times, act)

    def bucket(self, method: str, path: str, limit: int, per: float) -> None:
        """A rate limit that is kept from now on, for every matching path by itself, with Discord's headers."""
        self._buckets.append((method, re.compile(path), limit, per))

    def clear(self) -> None:
        self._faults.clear()
        self._buckets.clear()

    async def handle(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        for fault in self._faults:
            if matches(request, fault.method, fault.pattern):
                fault.times -= 1
                if not fault.times:
                    self._faults.remove(fault)
                return await fault.act(request, handler)
        for method, pattern, limit, per in self._buckets:
            if matches(request, method, pattern):
                return await self._metered(request, handler, limit, per)
        return await handler(request)

    async def _metered(self, request: web.Request, handler: Handler, limit: int, per: float) -> web.StreamResponse:
        key, now = f"{request.method} {request.path}", time.monotonic()
        spent = self._spent[key]
        while spent and now - spent[0] >= per:
            spent.popleft()
        if len(spent) >= limit:
            return too_many(per - (now - spent[0]), everywhere=False, via=True)
        spent.append(now)
        response = await handler(request)
        response.headers.update(bucket_headers(limit, limit - len(spent), per - (now - spent[0])))
        return response

    def _add(self, method: str, path: str, times: int, act: Act) -> None:
        self._faults.append(Fault(method, re.compile(path), times, act))


def matches(request: web.Request, method: str, pattern: re.Pattern[str]) -> bool:
    return method in ("*", request.method) and pattern.search(request.path) is not None


def too_many(retry_after: float, *, everywhere: bool, via: bool) -> web.Response:
    headers = {"Retry-After": str(int(retry_after) + 1), "X-RateLimit-Scope": "global" if everywhere else "user"}
    headers |= {"X-RateLimit-Global": "true"} if everywhere else bucket_headers(1, 0, retry_after)
    headers |= {"Via": "1.1 google"} if via else {}
    body: Json = {"message": "You are being rate limited.", "retry_after": retry_after, "global": everywhere}
    return respond(body, 429, headers)


def bucket_headers(limit: int, remaining: int, reset_after: float) -> dict[str, str]:
    return {
        "X-RateLimit-Limit": str(limit),
        "X-RateLimit-Remaining": str(remaining),
        "X-RateLimit-Reset": f"{time.time() + reset_after:.3f}",
        "X-RateLimit-Reset-After": f"{reset_after:.3f}",
        "X-RateLimit-Bucket": "a-bucket",
    }


def hang_up(request: web.Request) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
