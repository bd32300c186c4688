"""Engines in processes of their own, measured in alternating rounds: a busy machine is unfair to none."""

import multiprocessing
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection
from typing import Any

ROUND, STOP = "round", "stop"


def alternating(
    serve: Callable[..., None], engines: Mapping[str, tuple[Any, ...]], rounds: int
) -> dict[str, tuple[list[Any], Any]]:
    """What each engine answered to every round, and what to the end.

    `serve(name, *arguments, pipe)` runs in the process: it sends one object for each ROUND, and a last one for STOP.
    """
    context = multiprocessing.get_context("spawn")
    pipes: dict[str, Connection] = {}
    workers, found = [], {name: list[Any]() for name in engines}
    for name, arguments in engines.items():
        pipes[name], far = context.Pipe()
        workers.append(context.Process(target=serve, args=(name, *arguments, far)))
        workers[-1].start()
        far.close()  # so that a worker that dies ends the wait for it
    for _ in range(rounds):
        for name, pipe in pipes.items():
            pipe.send(ROUND)
            found[name].append(pipe.recv())
    last = {}
    for name, pipe in pipes.items():
        pipe.send(STOP)
        last[name] = pipe.recv()
    for worker in workers:
        worker.join()
    return {name: (found[name], last[name]) for name in engines}
