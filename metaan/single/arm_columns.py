"""Columns of the arms beside the forest plot of a plain file, chosen by what the file holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from metaan.format import DASH, fixed
from metaan.review.problems import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from metaan.figures.presets import Preset
    from metaan.figures.wording import Wording
    from metaan.single.analysis import Single, SingleStudy

__all__ = ["ArmCells", "arm_cells", "shared_groups", "shared_words"]

LARGEST_DIGITS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmCells:
    """The cells of the arms.

    Attributes
    ----------
    names, headers : tuple of str
        Of the groups; of the columns of each.
    rows : tuple of tuple of str
        Cells of each study.
    totals : tuple of str
        Their sums; empty where there is nothing to sum.
    kind : str
        "binary", "continuous" or "generic".
    """

    names: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    totals: tuple[str, ...] = ()
    kind: str = "generic"


def arm_cells(single: Single, preset: Preset, groups: tuple[str, str]) -> ArmCells:
    """Choose the columns of the arms by the cells of the file; none where it gives effects alone.

    Parameters
    ----------
    single : Single
        The analysis.
    preset : Preset
        Words of the headers.
    groups : (str, str)
        Names of both groups.
    """
    from metaan.figures.forest_arms import fill, mean_digits

    words = preset.wording
    arms = [[*_arms(study.cells)] for study in single.studies]
    count = max((len(each) for each in arms), default=0)
    if count == 0:
        return ArmCells(rows=((),) * len(arms))
    keys = {key for each in arms for arm in each for key in arm}
    digits = mean_digits(arm.get("sd") for each in arms for arm in each)
    if "mean" in keys:
        patterns = words.means
    elif "time" in keys:
        patterns = words.rates
    else:
        patterns = words.events if "events" in keys else ((words.size, "{n}"),)
    return ArmCells(
        names=groups if count == 2 else ("",),
        headers=tuple(header for header, _ in patterns),
        rows=tuple(
            tuple(fill(pattern, _written(arm, digits)) for arm in each for _, pattern in patterns)
            for each in arms
        ),
        totals=_totals(single.studies, arms, [pattern for _, pattern in patterns]),
        kind="generic" if count < 2 else "continuous" if "mean" in keys else "binary",
    )


def shared_groups(studies: Sequence[SingleStudy]) -> Iterator[tuple[SingleStudy, tuple[int, ...]]]:
    """Find rows of one study that hold the same group again, with the rows that share it.

    Yields
    ------
    SingleStudy, tuple of int
        A study whose second or first group stands in other rows of the same name too, and those rows.
    """
    for study in studies:
        own = [*_arms(study.cells)]
        others = tuple(
            other.row
            for other in studies
            if other is not study
            and other.label == study.label
            and any(arm == twin for arm, twin in zip(own, _arms(other.cells), strict=False))
        )
        if others and len(own) == 2:
            yield study, others


def _arms(cells: dict[str, float | None]) -> Iterator[dict[str, float | None]]:
    """Give what each arm of a study holds, under the names of a cell's pattern."""
    if "x1i" in cells:
        yield {"events": cells.get("x1i"), "time": cells.get("t1i")}
        yield {"events": cells.get("x2i"), "time": cells.get("t2i")}
    elif "ai" in cells:
        yield {"events": cells["ai"], "n": _size(cells, "n1i", "ai", "bi")}
        yield {"events": cells.get("ci"), "n": _size(cells, "n2i", "ci", "di")}
    elif "m1i" in cells and "n1i" in cells:
        yield {"mean": cells["m1i"], "sd": cells.get("sd1i"), "n": cells.get("n1i")}
        yield {"mean": cells.get("m2i"), "sd": cells.get("sd2i"), "n": cells.get("n2i")}
    elif "xi" in cells and "ti" in cells:
        yield {"events": cells["xi"], "time": cells["ti"]}
    elif "xi" in cells:
        yield {"events": cells["xi"], "n": _size(cells, "ni", "xi", "mi")}
    elif "mi" in cells and "sdi" in cells:
        yield {"mean": cells["mi"], "sd": cells["sdi"], "n": cells.get("ni")}
    elif "ni" in cells:
        yield {"n": cells["ni"]}


def _size(cells: dict[str, float | None], size: str, events: str, others: str) -> float | None:
    if cells.get(size) is not None:
        return cells[size]
    parts = cells.get(events), cells.get(others)
    return None if parts[0] is None or parts[1] is None else parts[0] + parts[1]


def _written(arm: dict[str, float | None], digits: int) -> dict[str, str]:
    values = dict.fromkeys(("events", "n", "time", "mean", "sd"), DASH)
    for name, value in arm.items():
        if value is not None:
            values[name] = fixed(value, digits) if name in ("mean", "sd") else _count(value)
    return values


def _count(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:,.{LARGEST_DIGITS}g}"


def _totals(
    studies: Sequence[SingleStudy],
    arms: Sequence[Sequence[dict[str, float | None]]],
    patterns: Sequence[str],
) -> tuple[str, ...]:
    """Sum the arms, a group that stands in several rows of a study once; means have no sum."""
    if len(studies) < 2:
        return ()
    cells = []
    for side in range(max(len(each) for each in arms)):
        rows = _once([(study.label, each[side]) for study, each in zip(studies, arms, strict=True)])
        sums = {
            name: _sum(rows, name) for name in ("events", "n", "time") if any(name in row for row in rows)
        }
        cells += [_filled(pattern, sums) for pattern in patterns]
    return tuple(cells) if any(cells) else ()


def _once(arms: Sequence[tuple[str, dict[str, float | None]]]) -> list[dict[str, float | None]]:
    """Keep equal arms of one study once; studies of different names are different people."""
    kept: dict[tuple[str, tuple[tuple[str, float | None], ...]], dict[str, float | None]] = {}
    for label, arm in arms:
        kept.setdefault((label, tuple(arm.items())), arm)
    return list(kept.values())


def _sum(rows: Sequence[dict[str, float | None]], name: str) -> str:
    values = [row.get(name) for row in rows]
    return "" if None in values else _count(sum(value for value in values if value is not None))


def _filled(pattern: str, sums: dict[str, str]) -> str:
    if "{mean}" in pattern or "{sd}" in pattern:
        return sums.get("n", "") if "{n}" in pattern else ""
    return pattern.format_map(sums) if all(sums.values()) else ""


def shared_words(study: SingleStudy, rows: Sequence[int], words: Wording) -> str:
    """Say in a footnote that a study's group stands in other rows too."""
    others = ", ".join(str(row) for row in rows)
    return words.shared.format(
        study=f"{visible(study.label)} ({words.place[0].format(rows=study.row)})",
        others=words.place[len(rows) > 1].format(rows=others),
        times=len(rows) + 1,
    )
