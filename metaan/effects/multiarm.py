"""From the arms of studies to all their pairwise contrasts, with a covariance that agrees."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Literal

import numpy as np

from metaan.effects.cells import column, equal_lengths, is_one_of, refuse
from metaan.effects.continuous import hedges_j
from metaan.effects.labels import label_column, merged_labels
from metaan.errors import InputError
from metaan.results.frozen import frozen
from metaan.results.network import ArmNote, Contrasts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import ArrayLike

    from metaan.types import BoolArray, FloatArray

    Cells = Mapping[str, FloatArray]

__all__ = [
    "ARM_MEASURES",
    "UNUSABLE_ARM",
    "ArmMeasure",
    "contrasts",
    "is_usable_arm",
    "read_arm_cells",
    "refuse_repeated",
    "too_few_arms",
]

ADDED = 0.5
"""Added to every cell of a study in which a cell is empty."""

EMPTY_CELL = "one of them is 0"
UNUSABLE_ARM = "a cell is missing or it has no participants"


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmMeasure:
    """A measure that compares arms, as data.

    Attributes
    ----------
    name : str
        Its letters.
    cells : tuple of str
        What an arm must tell.
    formula : callable
        From the cells of p arms to the arms' values (p,) and the variances of their differences (p, p).
    says_nothing : callable
        From the cells of a study to the reason why it carries nothing, or an empty string.
    """

    name: str
    cells: tuple[str, ...]
    formula: Callable[[Cells], tuple[FloatArray, FloatArray]]
    says_nothing: Callable[[Cells], str]


def contrasts(measure: str, study: ArrayLike, treatment: ArrayLike, **arm_cells: ArrayLike) -> Contrasts:
    """Compute all pairwise contrasts of each study from its arms.

    The variances of a study's contrasts determine their covariance, cov(AB, AC) = (v_AB + v_AC - v_BC) / 2,
    and every measure keeps to it: for OR, RR, RD, MD, IRR and IRD this is the variance of arm A; for SMD it
    is 1/n_A + g_AB g_AC / (2N), where N counts all arms of the study (Gleser and Olkin). For a study of two
    arms the contrasts are those of `effect_sizes`.

    Parameters
    ----------
    measure : {"OR", "RR", "RD", "MD", "SMD", "IRR", "IRD"}
        OR, RR and IRR are on the log scale. SMD is Hedges' g with one standard deviation pooled over all arms
        of the study.
    study, treatment : array_like of labels, shape (a,)
        One row for each arm, in any order.
    **arm_cells : array_like, shape (a,)
        `events` and `n`; `mean`, `sd` and `n`; or `events` and `time`.

    Returns
    -------
    Contrasts
        treat1 minus treat2, treat1 the earlier arm of its study. Where a cell of a study is empty (no event,
        or no participant without one), 0.5 is added to both cells of every arm, with a note. A study without
        any event carries nothing for OR, RR and IRR, nor does one with events only for OR; it is listed in
        `left_out`, like one with fewer than two arms. For RD and IRD it stays. An arm with a missing cell or
        without participants is left out, with a note.

    Raises
    ------
    InputError
        An unknown measure, missing or unknown cells, columns of different length, values that cannot be, a
        treatment that a study has twice.

    References
    ----------
    Gleser LJ, Olkin I. Stochastically dependent effect sizes. In: Cooper H, Hedges LV, Valentine JC
    (editors). The handbook of research synthesis and meta-analysis, 2nd edition. Russell Sage Foundation
    2009, 357-376.
    Higgins JPT, Whitehead A. Borrowing strength from external trials in a meta-analysis.
    Statistics in Medicine 1996; 15: 2733-2749.

    Examples
    --------
    >>> found = contrasts("RR", ["s", "s", "t"], ["A", "B", "A"], events=[10, 20, 3], n=[50, 50, 40])
    >>> found.treat1, found.treat2, found.yi.round(4).tolist()
    (('A',), ('B',), [-0.6931])
    >>> found.left_out
    (('t', 'it has only one arm (A)'),)
    """
    row = _measure(measure)
    names, treatments = label_column("study", study), label_column("treatment", treatment)
    cells = read_arm_cells(row, arm_cells, len(names), len(treatments))
    rows_of: dict[str, list[int]] = {}
    for position, name in enumerate(names):
        rows_of.setdefault(name, []).append(position)
    refuse_repeated(rows_of, treatments)
    compared = {name: _compare(row, cells, rows, treatments) for name, rows in rows_of.items()}
    pairs = [(name, *pair) for name, found in compared.items() for pair in found.pairs]
    return Contrasts(
        study=tuple(pair[0] for pair in pairs),
        treat1=tuple(pair[1] for pair in pairs),
        treat2=tuple(pair[2] for pair in pairs),
        yi=frozen([pair[3] for pair in pairs]),
        sei=frozen(np.sqrt([pair[4] for pair in pairs])),
        measure=row.name,
        notes=(
            *merged_labels("study", [study]),
            *merged_labels("treatment", [treatment]),
            *(f"study {name!r}: {note}" for name, found in compared.items() for note in found.notes),
        ),
        left_out=tuple((name, found.reason) for name, found in compared.items() if found.reason),
        ledger=tuple(
            ArmNote(
                study=name,
                action=done.action,
                arms=done.arms,
                cells=done.cells,
                amount=done.amount,
                reason=done.reason,
            )
            for name, found in compared.items()
            for done in found.done
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Done:
    """What was done to the arms of one study; the fields are those of `ArmNote`."""

    action: Literal["added", "left_out"]
    arms: tuple[str, ...]
    reason: str
    cells: tuple[str, ...] = ()
    amount: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Compared:
    """The contrasts of one study, or the reason why there are none."""

    pairs: tuple[tuple[str, str, float, float], ...] = ()
    reason: str = ""
    notes: tuple[str, ...] = ()
    done: tuple[_Done, ...] = ()


def _compare(row: ArmMeasure, cells: Cells, rows: list[int], treatments: tuple[str, ...]) -> _Compared:
    usable = [i for i in rows if is_usable_arm(cells, i)]
    labels = [treatments[i] for i in usable]
    arms: Cells = {cell: values[usable] for cell, values in cells.items()}
    notes = [f"the arm {treatments[i]} is left out: {UNUSABLE_ARM}" for i in rows if i not in usable]
    done = [
        _Done(action="left_out", arms=(treatments[i],), reason=UNUSABLE_ARM) for i in rows if i not in usable
    ]
    reason = too_few_arms(labels) or row.says_nothing(arms)
    if reason:
        return _left_out(labels, reason, notes, done)
    if _has_empty_cell(arms):
        arms = _corrected(arms)
        notes.append(f"{ADDED:g} added to the cells of every arm, because {EMPTY_CELL}")
        cells_of = ("events", "non-events") if "n" in arms else ("events",)
        done.append(
            _Done(action="added", arms=tuple(labels), cells=cells_of, amount=ADDED, reason=EMPTY_CELL)
        )
    differences, variances = _differences(row, arms)
    if not _defined(differences, variances):
        return _left_out(labels, f"{row.name} is not defined for its cells", notes, done)
    pairs = tuple(
        (labels[i], labels[j], float(differences[i, j]), float(variances[i, j]))
        for i, j in combinations(range(len(labels)), 2)
    )
    return _Compared(pairs=pairs, notes=tuple(notes), done=tuple(done))


def _left_out(labels: list[str], reason: str, notes: list[str], done: list[_Done]) -> _Compared:
    whole = (_Done(action="left_out", arms=tuple(labels), reason=reason),)
    return _Compared(reason=reason, notes=tuple(notes), done=(*done, *whole))


def _log_odds(cells: Cells) -> tuple[FloatArray, FloatArray]:
    a, b = cells["events"], cells["n"] - cells["events"]
    return np.log(a / b), _sums(1 / a + 1 / b)


def _log_risk(cells: Cells) -> tuple[FloatArray, FloatArray]:
    return np.log(cells["events"] / cells["n"]), _sums(1 / cells["events"] - 1 / cells["n"])


def _risk(cells: Cells) -> tuple[FloatArray, FloatArray]:
    risk = cells["events"] / cells["n"]
    return risk, _sums(risk * (1 - risk) / cells["n"])


def _mean(cells: Cells) -> tuple[FloatArray, FloatArray]:
    return cells["mean"], _sums(cells["sd"] ** 2 / cells["n"])


def _standardised_mean(cells: Cells) -> tuple[FloatArray, FloatArray]:
    n, total = cells["n"], cells["n"].sum()
    dof = total - len(n)
    pooled = np.sqrt(np.sum((n - 1) * cells["sd"] ** 2) / dof)
    g = hedges_j(dof) * (cells["mean"] - cells["mean"][0]) / pooled
    return g, _sums(1 / n) + (g[:, None] - g[None, :]) ** 2 / (2 * total)


def _log_rate(cells: Cells) -> tuple[FloatArray, FloatArray]:
    return np.log(cells["events"] / cells["time"]), _sums(1 / cells["events"])


def _rate(cells: Cells) -> tuple[FloatArray, FloatArray]:
    return cells["events"] / cells["time"], _sums(cells["events"] / cells["time"] ** 2)


def _sums(variances: FloatArray) -> FloatArray:
    return np.asarray(variances[:, None] + variances[None, :])


def _carries_something(cells: Cells) -> str:  # noqa: ARG001 - one shape for all
    return ""


def _no_events(cells: Cells) -> str:
    return "" if cells["events"].any() else "no arm has an event, so it says nothing about a ratio"


def _no_events_or_only_events(cells: Cells) -> str:
    if np.array_equal(cells["events"], cells["n"]):
        return "every participant of every arm has the event, so it says nothing about an odds ratio"
    return _no_events(cells)


COUNTS, MEANS, RATES = ("events", "n"), ("mean", "sd", "n"), ("events", "time")

ARM_MEASURES = {
    row.name: row
    for row in (
        ArmMeasure(name="OR", cells=COUNTS, formula=_log_odds, says_nothing=_no_events_or_only_events),
        ArmMeasure(name="RR", cells=COUNTS, formula=_log_risk, says_nothing=_no_events),
        ArmMeasure(name="RD", cells=COUNTS, formula=_risk, says_nothing=_carries_something),
        ArmMeasure(name="MD", cells=MEANS, formula=_mean, says_nothing=_carries_something),
        ArmMeasure(name="SMD", cells=MEANS, formula=_standardised_mean, says_nothing=_carries_something),
        ArmMeasure(name="IRR", cells=RATES, formula=_log_rate, says_nothing=_no_events),
        ArmMeasure(name="IRD", cells=RATES, formula=_rate, says_nothing=_carries_something),
    )
}


def _measure(name: str) -> ArmMeasure:
    if not is_one_of(name, ARM_MEASURES):
        raise InputError(f"measure = {name!r} is not known for arms; give one of {', '.join(ARM_MEASURES)}.")
    return ARM_MEASURES[name]


def read_arm_cells(row: ArmMeasure, given: Mapping[str, ArrayLike], studies: int, treatments: int) -> Cells:
    """Check the cells of arms, of which `studies` and `treatments` labels were given."""
    unknown = [name for name in given if name not in row.cells]
    absent = [name for name in row.cells if name not in given]
    if unknown or absent:
        found = ", ".join(given) or "none"
        raise InputError(f"{row.name} needs {', '.join(row.cells)} for each arm; given were {found}.")
    cells = {name: column(name, given[name]) for name in row.cells}
    equal_lengths({"study": np.zeros(studies), "treatment": np.zeros(treatments), **cells})
    for name in cells:
        if name != "mean":
            refuse(name, cells[name], cells[name] < 0, "is negative; give a number of 0 or more")
    if row.cells == COUNTS:
        more = cells["events"] > cells["n"]
        refuse("events", cells["events"], more, "is more than n; check the two numbers")
    return cells


def refuse_repeated(rows_of: Mapping[str, list[int]], treatments: tuple[str, ...]) -> None:
    """Refuse studies that have a treatment twice; `rows_of` gives the rows of each study."""
    faults = []
    for name, rows in rows_of.items():
        labels = [treatments[i] for i in rows]
        repeated = sorted({label for label in labels if labels.count(label) > 1})
        if repeated:
            faults.append(f"study {name!r} has more than one arm of {', '.join(repeated)}")
    if faults:
        raise InputError(f"{'; '.join(faults)}; combine the arms of a treatment first, or name them apart.")


def is_usable_arm(cells: Cells, arm: int) -> bool:
    """Tell whether an arm has all its cells and participants."""
    size = "time" if "time" in cells else "n"
    return all(np.isfinite(values[arm]) for values in cells.values()) and bool(cells[size][arm] > 0)


def too_few_arms(labels: list[str]) -> str:
    """Say why a study with these arms compares nothing; empty where it does."""
    if len(labels) > 1:
        return ""
    return f"it has only one arm ({labels[0]})" if labels else "no arm can be used"


def _has_empty_cell(arms: Cells) -> bool:
    if "events" not in arms:
        return False
    empty: BoolArray = arms["events"] == 0
    return bool(np.any(empty | (arms["events"] == arms["n"]) if "n" in arms else empty))


def _corrected(arms: Cells) -> Cells:
    """Add to events and to non-events."""
    added = {"events": ADDED, "n": 2 * ADDED}
    return {name: values + added.get(name, 0.0) for name, values in arms.items()}


def _differences(row: ArmMeasure, arms: Cells) -> tuple[FloatArray, FloatArray]:
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        values, variances = row.formula(arms)
        return values[:, None] - values[None, :], variances


def _defined(differences: FloatArray, variances: FloatArray) -> bool:
    off = ~np.eye(len(differences), dtype=bool)
    return bool(
        np.isfinite(differences).all() and np.isfinite(variances).all() and (variances[off] > 0).all()
    )
