"""The processes that draw and check; the bytes do not depend on how many.

On Linux they are forked from one that loads every room while the analyses run, elsewhere each does.
They are never forked from this one: a fork copies the locks of BLAS threads, and may wait for them for ever.
"""

from __future__ import annotations

import ctypes
import gc
import logging
import multiprocessing
import os
import signal
import sys
import threading
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from multiprocessing import forkserver
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Executor

__all__ = ["elsewhere", "processes", "uninterrupted"]

T = TypeVar("T")

ROOMS = "metaan.report.preloaded"
PR_SET_PDEATHSIG = 1
OBJECTS_BEFORE_SEARCH = 50_000


@contextmanager
def processes(
    workers: int | None = None, *, rooms: bool = True, ahead: bool = True
) -> Iterator[Executor | None]:
    """Hold processes that draw or check; each starts with the first work that no other is free for.

    Parameters
    ----------
    workers : int or None
        Number of processes at most; None for one per processor; 0 to draw in this process.
    rooms : bool
        They draw; without it they load only what their work asks for.
    ahead : bool
        The process that they are forked from starts at once, otherwise with the first work.

    Yields
    ------
    Executor or None
        None where drawing happens in this process, also where the system offers no shared semaphores.
    """
    count = min(max(2, os.cpu_count() or 1), 16) if workers is None else workers
    others = set(multiprocessing.active_children())
    pool = _started(count, rooms=rooms, ahead=ahead) if count else None
    if pool is None:
        yield None
        return
    try:
        yield pool
    finally:
        # What was wanted of them is here: ending in good order would take as long as drawing a figure.
        for process in set(multiprocessing.active_children()) - others:
            process.kill()
        # Waiting ends the pool's thread before the interpreter closes what that thread still writes to.
        pool.shutdown(wait=True, cancel_futures=True)


def elsewhere(pool: Executor | None, compute: Callable[[], T]) -> Callable[[], T]:
    """Begin to compute something in another process; calling the answer waits for it.

    Parameters
    ----------
    pool : Executor or None
        The processes; without them, or where one died, it is computed in this process when it is called for.
    compute : callable
        What to compute; it must be able to travel to another process.
    """
    try:
        future = pool.submit(compute) if pool else None
    except (BrokenProcessPool, OSError):  # what starts processes is gone
        future = None

    def result() -> T:
        with suppress(BrokenProcessPool):
            if future:
                return future.result()
        return compute()

    return result


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Let no signal cut the start of a process in two; Ctrl-C stays the parent's alone afterwards.

    Processes start when the pool is made and when it is first given work.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _started(workers: int, *, rooms: bool, ahead: bool) -> Executor | None:
    forked = rooms and sys.platform == "linux"
    context = multiprocessing.get_context("forkserver" if forked else "spawn")
    context.set_forkserver_preload([ROOMS])
    try:
        pool = ProcessPoolExecutor(workers, context, initializer=_prepare)
        with uninterrupted():
            if forked and ahead:
                forkserver.ensure_running()
    except (OSError, NotImplementedError):
        return None
    return pool


def _prepare() -> None:
    logging.getLogger("matplotlib").setLevel(logging.ERROR)  # where it keeps its files is no news
    # A figure is thousands of objects that live until it is written: looking through them earlier is in vain.
    gc.freeze()
    gc.enable()
    gc.set_threshold(OBJECTS_BEFORE_SEARCH)
    _die_with_parent()
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    threading.Thread(target=_leave_with_parent, daemon=True).start()


def _die_with_parent() -> None:
    """Have Linux end this process at the moment its parent ends, whatever it is doing."""
    with suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _leave_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
