"""One row for each study of two groups: metafor's and meta's columns, or an effect with its spread."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from math import exp, sqrt
from typing import TYPE_CHECKING

from metaan.errors import RequestError
from metaan.review.cells import near
from metaan.review.imports.extras import read_extras
from metaan.review.imports.facts import ArmFact, EffectFact, OutcomeFact, StudyFact, Taken, Untaken
from metaan.review.imports.row_labels import LOG_NOTE, RowLabels, joined
from metaan.review.imports.words import harmless, number_text
from metaan.review.plain import CELL_NAMES, numbers_of, study_labels
from metaan.review.problems import visible
from metaan.review.settle import MEASURES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from metaan.review.imports.extras import Place
    from metaan.review.imports.facts import Wishes
    from metaan.review.plain import PlainFile, PlainRow

    Numbers = Sequence[tuple[PlainRow, Mapping[str, float | None]]]

__all__ = ["LARGEST_LOG", "RATIOS", "effect_cells", "pairwise_columns", "take_pairwise"]

META = {
    "event.e": "ai",
    "n.e": "n1i",
    "event.c": "ci",
    "n.c": "n2i",
    "te": "yi",
    "sete": "sei",
    "mean.e": "m1i",
    "sd.e": "sd1i",
    "mean.c": "m2i",
    "sd.c": "sd2i",
}
"""meta's names of metafor's columns."""
NEEDS = (
    ("binary", ("ai", "n1i", "ci", "n2i")),
    ("binary", ("ai", "bi", "ci", "di")),
    ("continuous", ("m1i", "sd1i", "n1i", "m2i", "sd2i", "n2i")),
    ("effect", ("yi", "vi")),
    ("effect", ("yi", "sei")),
)
RATIOS = ("OR", "RR")
GROUPS = ("group 1", "group 2")
LARGEST_LOG = 30
"""A logarithm beyond this is no effect of anything."""


def pairwise_columns(file: PlainFile, wishes: Wishes) -> tuple[str, dict[str, int]]:
    """Find the columns of two groups or of effects.

    Parameters
    ----------
    file : PlainFile
        The file.
    wishes : Wishes
        Its kind, and what it says of columns.

    Returns
    -------
    str
        binary, continuous, effect, or empty where the file has none of them.
    dict of str to int
        metafor's name to the column's position.

    Raises
    ------
    RequestError
        For a heading that the file lacks, and a file with counts and means.
    """
    columns = file.cell_columns()
    columns |= _told(file, wishes)
    for index, heading in enumerate(file.header):
        name = META.get(heading.casefold(), "")
        if name:
            columns.setdefault(name, index)
    fits = [
        (kind, names)
        for kind, names in NEEDS
        if set(names) <= columns.keys() and (kind == "effect" or _wanted(kind, wishes))
    ]
    kinds = {kind for kind, _ in fits} - {"effect"}
    if len(kinds) > 1:
        raise RequestError(
            f"{file.name} has counts and means for its groups; say with --kind binary or --kind continuous"
            " which of them the review is to hold."
        )
    if not fits:
        return "", {}
    kind, names = fits[0]
    return kind, {name: columns[name] for name in names}


def _wanted(kind: str, wishes: Wishes) -> bool:
    return wishes.kind in ("", kind) and (not wishes.measure or wishes.measure in MEASURES[kind])


def _told(file: PlainFile, wishes: Wishes) -> dict[str, int]:
    told = {}
    for name, heading in wishes.columns.items():
        if name in CELL_NAMES:
            index = file.position(heading)
            if index is None:
                hint = near(heading, file.header) or "look at its first row."
                raise RequestError(
                    visible(f"--column {name}: {file.name} has no column “{heading[:80]}”; {hint}")
                )
            told[name] = index
    return told


def take_pairwise(
    file: PlainFile, place: Place, wishes: Wishes, kind: str, columns: Mapping[str, int]
) -> Taken:
    """Take the studies of a file of two groups.

    Parameters
    ----------
    file : PlainFile
        The file.
    place : Place
        How its places are named.
    wishes : Wishes
        What the user said; `reference` and `treatment` name the groups.
    kind, columns : str, mapping of str to int
        As `pairwise_columns` gives them.

    Raises
    ------
    RequestError
        Where effects come without a measure, or the groups have one name.
    """
    label = RowLabels(file, wishes, columns.values())
    outcomes = _outcomes(file, wishes, kind, label)
    groups, notes = _groups(wishes)
    labels, twice = _labels(file, wishes, label)
    numbers, aside = numbers_of(file, file.rows, columns)
    used = {*columns.values(), *_naming(file, wishes), *label.used}
    extras = read_extras(file, place, used, [(row, labels[row.number], "") for row in file.rows])
    untaken = [*_aside(place, (*file.set_aside, *aside)), *extras.untaken]
    arms: list[ArmFact] = []
    effects: list[EffectFact] = []
    for row, value in numbers:
        fault = _fault(kind, value, wishes.measure) or _other_measure(kind, row, wishes, label)
        if fault:
            untaken += _aside(place, [file.aside(row, columns[fault[0]], fault[1])])
            continue
        fact = _Row(
            study=labels[row.number],
            groups=groups,
            outcome=label.outcome(row.number),
            timepoint=label.time(row.number),
            place=place.row(row.number),
        )
        if kind == "effect":
            cells = joined(label.told(row.number), _effect_cells(value, wishes.measure))
            effects.append(_effect(fact, cells))
        else:
            arms += _two_arms(kind, fact, value, label.told(row.number))
    first = {labels[row.number]: place.row(row.number) for row in reversed(file.rows)}
    logs = kind == "effect" and wishes.measure in RATIOS
    return Taken(
        studies=tuple(
            StudyFact(key=key, label=harmless(key), place=first[key], cells=dict(extras.studies.get(key, {})))
            for key in dict.fromkeys(labels.values())
        ),
        outcomes=outcomes,
        arms=tuple(arms),
        effects=tuple(effects),
        untaken=tuple(untaken),
        notes=(
            *label.notes,
            *((LOG_NOTE.format(measure=wishes.measure),) if logs else ()),
            *notes,
            *twice,
        ),
        reference=groups[1],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """What all facts of a row share."""

    study: str
    groups: tuple[str, str]
    outcome: str
    timepoint: str
    place: str


def _outcomes(file: PlainFile, wishes: Wishes, kind: str, label: RowLabels) -> tuple[OutcomeFact, ...]:
    measure = ""
    if kind == "effect":
        if not wishes.measure:
            measures = ", ".join(measure for known in MEASURES.values() for measure in known)
            raise RequestError(
                f"The file gives effects (yi) and does not say of which measure: name it with --measure, one"
                f" of {measures}; OR and RR are read as logarithms, as metafor writes them."
            )
        measure = wishes.measure
        kind = next(each for each, measures in MEASURES.items() if measure in measures)
    names = dict.fromkeys(label.outcome(row.number) for row in file.rows)
    return tuple(OutcomeFact(key=name, label=name, kind=kind, measure=measure) for name in names)


def _other_measure(kind: str, row: PlainRow, wishes: Wishes, label: RowLabels) -> tuple[str, str] | None:
    said = label.other_measure(row.number, wishes.measure) if kind == "effect" else ""
    return ("yi", said) if said else None


def _groups(wishes: Wishes) -> tuple[tuple[str, str], tuple[str, ...]]:
    first, second = (harmless(name, 200) for name in (wishes.treatment, wishes.reference))
    if first and first == second:
        raise RequestError(f"--treatment and --reference are both “{first}”; name the two groups apart.")
    lacking = [option for option, name in (("--treatment", first), ("--reference", second)) if not name]
    groups = (first or GROUPS[0], second or GROUPS[1])
    if not lacking:
        return groups, ()
    told = f"The file does not name its two groups, so they are called {' and '.join(groups)};"
    return groups, (f"{told} name them with {' and '.join(lacking)}.",)


def _naming(file: PlainFile, wishes: Wishes) -> list[int]:
    plain = [name.casefold() for name in file.header]
    told = file.position(wishes.columns.get("study", ""))
    if told is not None:
        return [told]
    if "author" in plain:
        return [plain.index(name) for name in ("author",)]
    known = [
        i
        for i, name in enumerate(plain)
        if name in ("slab", "study", "studlab", "study_id", "trial", "label")
    ]
    return known[:1]


def _labels(file: PlainFile, wishes: Wishes, label: RowLabels) -> tuple[dict[int, str], tuple[str, ...]]:
    """Name the study of every row; rows of one name, outcome and time are told apart by their number."""
    records = [(row.number, row.cells) for row in file.rows]
    names = study_labels(file.header, records, file.position(wishes.columns.get("study", "")))
    count = Counter(
        (name, label.outcome(number), label.time(number))
        for (number, _), name in zip(records, names, strict=True)
    )
    twice = {name for (name, _, _), times in count.items() if times > 1}
    labels = {
        number: f"{name} (row {number})" if name in twice else name
        for (number, _), name in zip(records, names, strict=True)
    }
    if not twice:
        return labels, ()
    listed = ", ".join(dict.fromkeys(name for name in names if name in twice))
    return labels, (f"Several rows have one name and count as several studies: {listed}.",)


def _aside(place: Place, rows: Sequence[object]) -> Iterator[Untaken]:
    for row in rows:
        number, letter, column, label, text, reason = (
            getattr(row, name) for name in ("row", "letter", "column", "label", "text", "reason")
        )
        yield Untaken(place=place.found(number, letter, column, label, text), reason=reason)


def _fault(kind: str, value: Mapping[str, float | None], measure: str) -> tuple[str, str] | None:
    """Name the column and the reason for which a row cannot be taken; None where it can."""
    lacking = [name for name, number in value.items() if number is None]
    if lacking:
        said = f"{', '.join(lacking)} {'is' if len(lacking) == 1 else 'are'} missing."
        return lacking[0], f"{said} Look it up in the source, or leave the study out."
    number = {name: float(found or 0) for name, found in value.items()}
    if kind == "binary":
        for events, size in (("ai", "n1i"), ("ci", "n2i")):
            if size in number and number[events] > number[size]:
                said = f"{events} = {number[events]:g} is more than {size} = {number[size]:g}."
                return events, f"{said} Check the two numbers in the source."
        for events, others in (("ai", "bi"), ("ci", "di")):
            if others in number and number[events] + number[others] == 0:
                said = f"{events} and {others} are both 0, so the group is empty."
                return events, f"{said} Check the two numbers in the source."
    if kind == "effect":
        spread = "vi" if "vi" in number else "sei"
        if number[spread] <= 0:
            return spread, f"{spread} is 0, so the effect cannot be weighed. Look it up in the source."
        if measure in RATIOS and abs(number["yi"]) > LARGEST_LOG:
            return "yi", f"yi = {number['yi']:g} is too large to be the logarithm of a ratio. Look it up."
    return None


def _two_arms(
    kind: str, fact: _Row, value: Mapping[str, float | None], told: Mapping[str, str]
) -> Iterator[ArmFact]:
    number = {name: float(found or 0) for name, found in value.items()}
    for treatment, i, events, others in zip(fact.groups, "12", ("ai", "ci"), ("bi", "di"), strict=True):
        if kind == "continuous":
            cells = {name: number_text(number[f"{letter}{i}i"]) for name, letter in _CONTINUOUS}
        else:
            cells = {"events": number_text(number[events]), "value_type": "event"}
            n = number.get(f"n{i}i")
            if n is None:
                n = number[events] + number[others]
                cells["status"] = "derived"
                cells["derivation"] = f"n = {number[events]:g} + {number[others]:g}, the counts in the file."
            cells["n"] = number_text(n)
        yield ArmFact(
            study=fact.study,
            treatment=treatment,
            outcome=fact.outcome,
            timepoint=fact.timepoint,
            place=fact.place,
            cells=joined(told, cells),
        )


_CONTINUOUS = (("n", "n"), ("mean", "m"), ("sd", "sd"))


def _effect_cells(value: Mapping[str, float | None], measure: str) -> dict[str, str]:
    yi, spread = float(value["yi"] or 0), "vi" if "vi" in value else "sei"
    given = float(value[spread] or 0)
    if spread == "vi":
        return effect_cells(measure, yi, sqrt(given), given)
    return effect_cells(measure, yi, given)


def effect_cells(measure: str, yi: float, sei: float, vi: float | None = None) -> dict[str, str]:
    """Write an effect, ratios on the log scale, as cells of contrasts.csv, where ratios are ratios.

    Examples
    --------
    >>> effect_cells("MD", -1.5, 0.5)
    {'measure': 'MD', 'estimate': '-1.5', 'se': '0.5'}
    """
    cells = {"measure": measure, "se": number_text(sei)}
    steps = ["" if vi is None else f"se is the square root of the variance {number_text(vi)}"]
    if measure in RATIOS:
        cells["estimate"] = number_text(exp(yi))
        steps.insert(0, f"estimate is exp({number_text(yi)}), the logarithm in the file")
    else:
        cells["estimate"] = number_text(yi)
    how = "; ".join(filter(None, steps))
    cells = {name: cells[name] for name in ("measure", "estimate", "se")}
    return cells | ({"status": "derived", "derivation": f"{how[:1].upper()}{how[1:]}."} if how else {})


def _effect(fact: _Row, cells: Mapping[str, str]) -> EffectFact:
    return EffectFact(
        study=fact.study,
        treat1=fact.groups[0],
        treat2=fact.groups[1],
        outcome=fact.outcome,
        timepoint=fact.timepoint,
        place=fact.place,
        cells=cells,
    )
