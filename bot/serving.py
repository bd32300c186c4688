"""`opine serve`: one process with the chat page, the API, the reading worker and, with a token, Discord."""

import signal
import socket
import sys
from contextlib import AsyncExitStack

import structlog
import uvicorn
import uvloop

from bot.conversation import Conversation
from bot.demo import create_demo
from bot.logs import set_up
from bot.metrics import Metrics
from bot.opening import opened
from bot.settings import Settings
from bot.translators import open_reader
from bot.web_app import Server, create_app
from bot.worker import Worker
from feedback.errors import OpineError
from feedback.store import Store

log = structlog.get_logger(__name__)

DRAIN_SECONDS = 10


def serve(*, host: str | None = None, port: int | None = None) -> int:
    """Serve until SIGINT or SIGTERM, then drain; returns the exit code."""
    changes = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    settings = Settings().model_copy(update=changes)
    set_up(json=settings.log_json)
    try:
        return uvloop.run(_serve(settings))
    except OpineError as error:
        print(f"opine: {error}", file=sys.stderr)
        return 1


async def _serve(settings: Settings) -> int:
    try:
        listener = _listen(settings.host, settings.port)
    except OSError as error:
        print(f"cannot listen on {settings.host}:{settings.port}: {error.strerror}; choose another with --port")
        return 1
    with listener:
        async with opened(settings) as (store, media), AsyncExitStack() as stack:
            if settings.demo:
                await create_demo(store, media)
            metrics = Metrics()
            worker = make_worker(settings, store, metrics) if settings.worker else None
            app = create_app(settings, store, media, Conversation(store, media), worker, metrics)
            if settings.discord_token:
                from bot.discord_run import beside

                await stack.enter_async_context(beside(settings, store, media, metrics))
            config = uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=DRAIN_SECONDS, server_header=False)
            address, number = listener.getsockname()[:2]
            shown = f"[{address}]" if ":" in address else address
            print(f"Opine is ready at {settings.public_url or f'http://{shown}:{number}/'}", flush=True)
            for number in (signal.SIGINT, signal.SIGTERM):
                # uvicorn raises them again once it has drained; the store must be closed after that
                signal.signal(number, lambda *_: None)
            await Server(config).serve([listener])
    return 0


def make_worker(settings: Settings, store: Store, metrics: Metrics) -> Worker:
    """The worker that reads in this process."""
    return Worker(
        store,
        lambda: open_reader(settings, log.error).warm_up(),
        batch=settings.batch,
        lease_seconds=settings.lease_seconds,
        observe=lambda reading: metrics.readings.labels(reading.language).inc(),
    )


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.create_server((host, port), family=family, backlog=2048)
    listener.setblocking(False)
    return listener
