"""Tables for CINeMA, which judges the confidence in a network's results: data, judgements, contributions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from metaan.effects.cells import column, equal_lengths
from metaan.effects.labels import label_column
from metaan.errors import InputError
from metaan.format import fixed
from metaan.tables.table import Cell, Column, Table, number_cell, plain_number

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import ArrayLike

    from metaan.results.contribution import Contributions
    from metaan.results.network import Contrasts

__all__ = ["cinema_arms", "cinema_contrasts", "cinema_contributions"]

LEVELS = {"low": 1, "some concerns": 2, "high": 3}
"""CINeMA's numbers for the judgements of a study."""

LONG = {("events", "n"): ("r", "n"), ("mean", "sd", "n"): ("y", "sd", "n")}
"""Cells of an arm, and the columns that hold them in CINeMA's long format."""

JUDGED = (("rob", "risk of bias"), ("indirectness", "indirectness"))


def cinema_arms(
    study: ArrayLike,
    treatment: ArrayLike,
    *,
    rob: Mapping[str, str | int] | None = None,
    indirectness: Mapping[str, str | int] | None = None,
    **arm_cells: ArrayLike,
) -> Table:
    """Set out arms in CINeMA's long format, one row for each arm.

    Parameters
    ----------
    study, treatment : array_like of labels, shape (a,)
        Study and treatment of each arm.
    rob, indirectness : mapping of str to str or int, optional
        Study to its judgement: "low", "some concerns" or "high", or 1, 2 or 3. Of a study without one the
        cells stay empty, and a note says so; CINeMA asks for them.
    **arm_cells : array_like, shape (a,)
        `events` and `n`; or `mean`, `sd` and `n`.

    Returns
    -------
    Table
        Columns id, study, t, then r, n or y, sd, n, then rob, indirectness.

    Raises
    ------
    InputError
        Other cells, columns of different length, a judgement that CINeMA does not know.

    References
    ----------
    Papakonstantinou T, Nikolakopoulou A, Higgins JPT, Egger M, Salanti G. CINeMA: software for semiautomated
    assessment of the confidence in the results of network meta-analysis. Campbell Systematic Reviews 2020;
    16: e1080.

    Examples
    --------
    >>> from metaan.tables.table import to_csv
    >>> made = cinema_arms(["s", "s"], ["A", "B"], events=[3, 5], n=[40, 41], rob={"s": "low"})
    >>> print(to_csv(made), *made.notes)
    id,study,t,r,n,rob,indirectness
    1,s,A,3,40,1,
    1,s,B,5,41,1,
     no judgement of indirectness, and none is made up: s
    """
    names, treatments = label_column("study", study), label_column("treatment", treatment)
    given = tuple(cells for cells in LONG if set(cells) == set(arm_cells))
    if not given:
        raise InputError(
            f"arm cells {', '.join(arm_cells) or '(none)'} are not CINeMA's; give events and n, or mean, sd "
            "and n."
        )
    cells = {
        letter: column(name, arm_cells[name]) for name, letter in zip(given[0], LONG[given[0]], strict=True)
    }
    lengths = {"study": names, "treatment": treatments}
    equal_lengths({name: column(name, [0.0] * len(labels)) for name, labels in lengths.items()} | cells)
    judged = _judgements(names, rob, indirectness)
    rows = tuple(
        (
            *head,
            Cell(treatments[row]),
            *(_number(float(values[row])) for values in cells.values()),
            *judged[names[row]],
        )
        for row, head in enumerate(_heads(names))
    )
    columns = (Column(name="t", title="Treatment"), *(_numeric(letter) for letter in cells))
    return _table("cinema-arms", "CINeMA: arms, long format", columns, rows, _missing(names, judged))


def cinema_contrasts(
    contrasts: Contrasts,
    *,
    rob: Mapping[str, str | int] | None = None,
    indirectness: Mapping[str, str | int] | None = None,
) -> Table:
    """Set out contrasts in CINeMA's format for inverse variances, one row for each contrast.

    Parameters
    ----------
    contrasts : Contrasts
        As `contrasts` or a network gives them; ratio measures on the log scale.
    rob, indirectness : mapping of str to str or int, optional
        As for `cinema_arms`.

    Returns
    -------
    Table
        Columns id, study, t1, t2, effect (t1 minus t2), se, rob, indirectness.

    Raises
    ------
    InputError
        A judgement that CINeMA does not know.

    References
    ----------
    Papakonstantinou T, Nikolakopoulou A, Higgins JPT, Egger M, Salanti G. CINeMA: software for semiautomated
    assessment of the confidence in the results of network meta-analysis. Campbell Systematic Reviews 2020;
    16: e1080.

    Examples
    --------
    >>> from metaan import contrasts
    >>> from metaan.tables.table import to_csv
    >>> found = contrasts("MD", ["s", "s"], ["A", "B"], mean=[3, 1], sd=[2, 2], n=[8, 8])
    >>> print(to_csv(cinema_contrasts(found, rob={"s": 3}, indirectness={"s": 1})))
    id,study,t1,t2,effect,se,rob,indirectness
    1,s,A,B,2,1,3,1
    <BLANKLINE>
    """
    names = contrasts.study
    judged = _judgements(names, rob, indirectness)
    rows = tuple(
        (
            *head,
            Cell(contrasts.treat1[row]),
            Cell(contrasts.treat2[row]),
            _number(float(contrasts.yi[row])),
            _number(float(contrasts.sei[row])),
            *judged[names[row]],
        )
        for row, head in enumerate(_heads(names))
    )
    columns = (
        Column(name="t1", title="Treatment 1"),
        Column(name="t2", title="Treatment 2"),
        _numeric("effect"),
        _numeric("se"),
    )
    return _table("cinema-contrasts", "CINeMA: contrasts", columns, rows, _missing(names, judged))


def cinema_contributions(contributions: Contributions) -> Table:
    """Set out a contribution matrix in percent, one row for each estimate.

    Parameters
    ----------
    contributions : Contributions
        Of studies or of comparisons.

    Returns
    -------
    Table
        First column the comparison, "A:B"; then one column for each source. Rows sum to 100.

    Examples
    --------
    >>> from metaan import contributions, network
    >>> from metaan.tables.table import to_csv
    >>> fit = network(list("ab"), list("AB"), list("BC"), [0.5, 0.2], [0.2, 0.25])
    >>> print(to_csv(cinema_contributions(contributions(fit, of="studies"))))
    comparison,a,b
    A:B,100,0
    A:C,50,50
    B:C,0,100
    <BLANKLINE>
    """
    columns = (
        Column(name="comparison", title="Comparison"),
        *(Column(name=source, title=source, numeric=True) for source in contributions.sources),
    )
    rows = tuple(
        (Cell(f"{one}:{two}"), *(number_cell(100 * share, fixed(100 * share, 1), 100.0) for share in shares))
        for (one, two), shares in zip(contributions.pairs, contributions.shares.tolist(), strict=True)
    )
    return Table(
        id=f"cinema-{contributions.of}",
        title=f"Contributions of {contributions.of} in percent",
        columns=columns,
        rows=rows,
        notes=contributions.notes,
    )


def _judgements(
    names: Sequence[str], rob: Mapping[str, str | int] | None, indirectness: Mapping[str, str | int] | None
) -> dict[str, tuple[Cell, Cell]]:
    """Translate the judgements of each study; refuse what CINeMA does not know, all of it at once."""
    studies = tuple(dict.fromkeys(names))
    faults: list[str] = []
    for (name, _), given in zip(JUDGED, (rob or {}, indirectness or {}), strict=True):
        said = {study: given.get(study, "") for study in studies}
        faults += [
            f"{name} of study {study!r} is {word!r}" for study, word in said.items() if not _known(word)
        ]
    if faults:
        raise InputError(f"{'; '.join(faults)}: give 'low', 'some concerns' or 'high', or 1, 2 or 3.")
    return {
        study: (_level((rob or {}).get(study, "")), _level((indirectness or {}).get(study, "")))
        for study in studies
    }


def _known(said: object) -> bool:
    if isinstance(said, str):
        return said in LEVELS or not said
    return isinstance(said, int) and not isinstance(said, bool) and said in LEVELS.values()


def _level(said: str | int) -> Cell:
    return Cell("") if said == "" else _number(float(LEVELS[said] if isinstance(said, str) else said))


def _missing(names: Sequence[str], judged: Mapping[str, tuple[Cell, Cell]]) -> tuple[str, ...]:
    notes = []
    for place, (_, words) in enumerate(JUDGED):
        found = [study for study in dict.fromkeys(names) if judged[study][place].number is None]
        if found:
            notes.append(f"no judgement of {words}, and none is made up: {', '.join(found)}")
    return tuple(notes)


def _heads(names: Sequence[str]) -> list[tuple[Cell, Cell]]:
    """Give each row its study's number, by first appearance, and its study's name."""
    number = {name: place for place, name in enumerate(dict.fromkeys(names), start=1)}
    return [(_number(float(number[name])), Cell(name)) for name in names]


def _number(value: float) -> Cell:
    return number_cell(value, plain_number(value))


def _numeric(name: str) -> Column:
    return Column(name=name, title=name, numeric=True)


def _table(
    name: str,
    title: str,
    columns: tuple[Column, ...],
    rows: tuple[tuple[Cell, ...], ...],
    notes: tuple[str, ...],
) -> Table:
    head = (_numeric("id"), Column(name="study", title="Study"))
    return Table(
        id=name,
        title=title,
        columns=(*head, *columns, *(_numeric(letters) for letters, _ in JUDGED)),
        rows=rows,
        notes=notes,
    )
