"""The files that CINeMA reads: the data of a network with its judgements, and what studies contribute."""

from __future__ import annotations

from typing import TYPE_CHECKING

from metaan.errors import OutputError
from metaan.models.network.contribution import contributions
from metaan.single_network.judged import judgements
from metaan.tables.cinema import LONG, cinema_arms, cinema_contrasts, cinema_contributions
from metaan.tables.table import to_csv

if TYPE_CHECKING:
    from pathlib import Path

    from metaan.single_network.analysis import NetworkAnalysis
    from metaan.tables.table import Table

__all__ = ["cinema_tables", "write_cinema"]


def cinema_tables(analysis: NetworkAnalysis) -> dict[str, Table]:
    """Set out what CINeMA reads.

    Parameters
    ----------
    analysis : NetworkAnalysis
        One with a fit. All of its studies' arms are written where it was computed from counts or means;
        its contrasts otherwise.

    Returns
    -------
    dict of str to Table
        By file name.

    Raises
    ------
    InputError
        For a judgement that CINeMA does not know.
    """
    fit = analysis.network
    judged = {option: judgements(analysis, option) for option in ("rob", "indirectness")}
    model = "common" if analysis.request.method == "EE" else "random"
    by_study = cinema_contributions(contributions(fit, of="studies", model=model))
    held = set(fit.studies)
    if analysis.request.cells in LONG and held <= analysis.intake.from_arms:
        arms = [arm for arm in analysis.intake.arms if arm.study in held]
        data = cinema_arms(
            [arm.study for arm in arms],
            [arm.treatment for arm in arms],
            rob=judged["rob"],
            indirectness=judged["indirectness"],
            **{name: [arm.cells[name] for arm in arms] for name in analysis.request.cells},
        )
    else:
        data = cinema_contrasts(fit.contrasts, rob=judged["rob"], indirectness=judged["indirectness"])
    return {"cinema.csv": data, "cinema-contributions.csv": by_study}


def write_cinema(analysis: NetworkAnalysis, folder: Path) -> tuple[str, ...]:
    """Write the files for CINeMA, and give the notes on them.

    Parameters
    ----------
    analysis : NetworkAnalysis
        One with a fit.
    folder : Path
        Made where it is not there.

    Returns
    -------
    tuple of str
        What CINeMA will ask for.

    Raises
    ------
    InputError
        For a judgement that CINeMA does not know.
    OutputError
        Where a file cannot be written.
    """
    tables = cinema_tables(analysis)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, table in tables.items():
            (folder / name).write_text(to_csv(table), encoding="utf-8", newline="")
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise OutputError(f"The files for CINeMA could not be written to {folder}: {reason}.") from error
    return tuple(dict.fromkeys(note for table in tables.values() for note in table.notes))
