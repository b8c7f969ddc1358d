"""The statistical figures of one analysis of a plain file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from metaan.errors import InputError, RequestError
from metaan.format import measure_name
from metaan.models.pairwise import pool
from metaan.results.pairwise import Pooled
from metaan.review.cells import near
from metaan.review.problems import visible
from metaan.sensitivity.asymmetry import asymmetry
from metaan.sensitivity.trimfill import trim_and_fill

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from metaan.figures.drawing import Drawing
    from metaan.figures.presets import Preset
    from metaan.results.asymmetry import Asymmetry
    from metaan.single.analysis import Single, SingleStudy

__all__ = ["PLOTS", "draw_plot"]

PLOTS = ("funnel", "labbe", "radial", "drapery", "baujat", "influence", "gosh")


def draw_plot(
    single: Single,
    plot: str,
    preset: Preset,
    *,
    groups: tuple[str, ...] = (),
    force: bool = False,
    study: str = "",
) -> Drawing:
    """Draw one of the statistical figures of the pooled studies.

    Parameters
    ----------
    single : Single
        An analysis that could be pooled.
    plot : str
        One of `PLOTS`.
    preset : Preset
        The journal.
    groups : tuple of str
        Names of both groups, for the axes of a L'Abbé plot; empty where not given.
    force : bool
        Draw a funnel plot of fewer than ten studies too; it then says that asymmetry cannot be judged.
    study : str
        Name of the study by which a GOSH plot colours its subsets; empty for none.

    Raises
    ------
    RequestError
        For an unknown plot or study, or a model other than inverse-variance pooling.
    CannotDraw
        Where the studies do not carry the figure; the message is the reason.
    """
    if plot not in PLOTS:
        raise RequestError(f"--plot {plot}: the plots are {', '.join(PLOTS)}.")
    fit = single.fit
    if not isinstance(fit, Pooled) or single.regression is not None:
        raise RequestError(
            f"--plot {plot} shows studies pooled by inverse variance; leave out --model and --mods."
        )
    yi, vi = (np.array([getattr(study, name) for study in single.studies]) for name in ("yi", "vi"))
    name = measure_name(single.measure) or "effect"
    options: dict[str, Any] = {
        "id": plot,
        "measure": single.measure,
        "labels": [study.label for study in single.studies],
        "outcome": f"{name[:1].upper()}{name[1:]} ({single.file})",
        "preset": preset,
    }
    if plot == "funnel":
        tested = _tested(single, fit, force=force)
        filled = None if tested is None else trim_and_fill(yi, vi, **_by_model(fit))
        options |= {"asymmetry": tested, "filled": filled, "force": force}
    elif plot == "gosh" and study:
        options["split"] = _position(single, study)
    elif plot == "labbe":
        options |= {"cells": _cells(single)} | ({"groups": groups} if groups else {})
    elif plot == "drapery" and fit.method != "EE":
        options["common"] = pool(yi, vi, method="EE", test="z", level=single.level)
    return _room(plot)(fit, yi, vi, **options)


def _room(plot: str) -> Callable[..., Drawing]:
    """Give the function that draws; each room is loaded only where it is asked for."""
    from importlib import import_module

    module, function = {
        "funnel": ("funnel", "funnel_plot"),
        "labbe": ("labbe", "labbe_plot"),
        "radial": ("radial", "radial_plot"),
        "drapery": ("drapery", "drapery_plot"),
        "baujat": ("baujat", "baujat_plot"),
        "influence": ("influence_panel", "influence_panel"),
        "gosh": ("gosh", "gosh_plot"),
    }[plot]
    found: Callable[..., Drawing] = getattr(import_module(f"metaan.figures.{module}"), function)
    return found


def _by_model(fit: Pooled) -> dict[str, Any]:
    return {"method": fit.method, "test": fit.test, "level": fit.level}


def _position(single: Single, study: str) -> int:
    labels = [each.label for each in single.studies]
    if study not in labels:
        hint = near(study, labels) or f"there are {', '.join(labels[:20])}."
        raise RequestError(f"--study {visible(study[:80])!r} is no study that is pooled; {visible(hint)}")
    return labels.index(study)


def _tested(single: Single, fit: Pooled, *, force: bool) -> Asymmetry | None:
    """Test for small-study effects; None where there are too few studies, which the figure refuses itself."""
    try:
        return asymmetry(
            [study.yi for study in single.studies],
            [study.vi for study in single.studies],
            measure=single.measure,
            cells=_cells(single),
            method="REML" if fit.method == "EE" else fit.method,
            force=force,
        )
    except InputError:
        return None


def _cells(single: Single) -> dict[str, list[float]]:
    """Give sizes of both groups, with events where they were counted, as far as every study has them."""
    rows = [_sizes(study) for study in single.studies]
    names = [name for name in ("ai", "n1i", "ci", "n2i") if all(name in row for row in rows)]
    return {name: [row[name] for row in rows] for name in names}


def _sizes(study: SingleStudy) -> Mapping[str, float]:
    cells = {name: float(value) for name, value in study.cells.items() if value is not None}
    for events, others, total in (("ai", "bi", "n1i"), ("ci", "di", "n2i")):
        if total not in cells and events in cells and others in cells:
            cells[total] = cells[events] + cells[others]
    return cells
