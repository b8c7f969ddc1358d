"""What other processes do while the report is being written; what memory holds is not begun at all."""

from __future__ import annotations

import gc
import platform
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from metaan.report.processes import elsewhere, processes, uninterrupted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Executor
    from pathlib import Path

    from metaan.report.drawings import Wanted
    from metaan.report.memory import Memory
    from metaan.report.rendered import RenderedFigure
    from metaan.results.synthesis import AnalysisResult, CrossCheck
    from metaan.review.rows import Review

__all__ = [
    "MODELS",
    "PANDAS",
    "STATSMODELS",
    "Helpers",
    "begin",
    "begin_checking",
    "begin_describing",
    "begin_drawing",
    "have_changed",
    "helpers",
    "load_ahead",
]

T = TypeVar("T")

MODELS = "metaan.report.compute"
STATSMODELS = "statsmodels.regression.linear_model"
PANDAS = "pandas"
"""The part of statsmodels that can be loaded before the rows of the analyses are known."""
FEW = 24
"""Figures that this process draws in the time that others take to be ready for it."""


class Helpers(NamedTuple):
    """Processes that draw, and one that computes; None where it is done in this process.

    Attributes
    ----------
    few : int
        As many figures are drawn in this process all the same.
    """

    drawing: Executor | None
    computing: Executor | None
    few: int = 0


@contextmanager
def helpers(workers: int | None, *, many: bool = True) -> Iterator[Helpers]:
    """Hold the processes.

    Parameters
    ----------
    workers : int or None
        How many draw; None for one per processor, 0 for none.
    many : bool
        Many figures are to be drawn, so what draws them is loaded at once.
    """
    with processes(workers, ahead=many) as drawing, processes(1 if drawing else 0, rooms=False) as computing:
        yield Helpers(drawing, computing, 0 if many else FEW)


def have_changed(folder: Path, memory: Memory) -> bool:
    """Tell whether files seem to have changed since memory was told of them; it is told now.

    Parameters
    ----------
    folder : Path
        The review.
    memory : Memory
        What the last run kept.
    """
    seen = [(file.name, *_stamp(file)) for file in sorted(folder.glob("*.*")) if file.is_file()]
    key = memory.key("files", seen)
    known = memory.find(key) is not None
    memory.keep(key, True)
    return not known


def load_ahead(module: str, process: Executor | None) -> None:
    """Have a process load a module before it is given the work that needs it."""
    if process:
        with uninterrupted():
            elsewhere(process, partial(_loaded, module))


def _loaded(module: str) -> None:
    gc.disable()  # what is loaded stays: searching it for garbage takes a quarter of the time
    import_module(module)
    gc.freeze()
    gc.enable()


def _stamp(file: Path) -> tuple[int, int]:
    held = file.stat()
    return held.st_size, held.st_mtime_ns


def begin(key: str, compute: Callable[[], T], memory: Memory, process: Executor | None) -> Callable[[], T]:
    """Begin what memory does not hold; calling the answer waits for it.

    Parameters
    ----------
    key : str
        What it follows from, as `memory.key` names it.
    compute : callable
        Makes it; it must be able to travel to another process.
    memory : Memory
        What the last run kept.
    process : Executor or None
        Makes it; without one, this process does when the answer is called.
    """
    if memory.find(key) is not None:
        return partial(memory.find, key)
    with uninterrupted():
        made = elsewhere(process, compute)
    return lambda: memory.keep(key, made())


def begin_describing(review: Review, memory: Memory, drawing: Executor | None) -> Callable[[], bytes]:
    """Begin to describe what the report is made with; calling the answer waits for it."""
    from metaan.report.manifest import environment

    journal = review.plan.defaults.journal
    key = memory.key("environment", journal, platform.platform())
    return begin(key, partial(environment, journal), memory, drawing)


def begin_checking(
    analyses: Sequence[AnalysisResult], memory: Memory, computing: Executor | None
) -> Callable[[], tuple[CrossCheck, ...]]:
    """Begin a second opinion of the analyses that have none yet; calling the answer waits for it."""
    from metaan.report.crosscheck import cross_check

    keys = {each.id: memory.key("check", each) for each in analyses}
    new = [each for each in analyses if memory.find(keys[each.id]) is None]
    bare = [replace(each, sensitivity=(), findings=None, rare=()) for each in new]
    with uninterrupted():
        checked = elsewhere(computing, partial(cross_check, bare)) if bare else tuple

    def checks() -> tuple[CrossCheck, ...]:
        found = checked()
        for each in new:
            memory.keep(keys[each.id], tuple(check for check in found if check.analysis == each.id))
        return tuple(check for key in keys.values() for check in memory.find(key))

    return checks


def begin_drawing(
    figures: Sequence[Wanted], memory: Memory, by: Helpers, progress: Callable[[str], None]
) -> Callable[[], dict[str, RenderedFigure]]:
    """Begin to draw the figures that have changed; calling the answer waits for them and gives all."""
    from metaan.report import drawings

    keys = {figure.id: memory.key("figure", figure) for figure in figures}
    new = [each for each in figures if memory.find(keys[each.id]) is None]
    process = by.drawing if len(new) > by.few else None
    begun = [begin(keys[each.id], partial(drawings.draw, each), memory, process) for each in new]

    def drawn() -> dict[str, RenderedFigure]:
        for number, (figure, draw) in enumerate(zip(new, begun, strict=True), start=1):
            draw()
            progress(f"Figure {number} of {len(new)}: {figure.id}")
        return {name: memory.find(key) for name, key in keys.items()}

    return drawn
