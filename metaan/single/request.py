"""What a command line asks of one file, and what the file can give: settled before anything is computed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import isfinite
from typing import TYPE_CHECKING

from metaan.effects.measures import MEASURES
from metaan.errors import RequestError
from metaan.format import LOG_MEASURES, MEASURE_NAMES
from metaan.models.inference import TESTS
from metaan.models.mixed_models import MODELS as MIXED
from metaan.models.profile_effects import effect_topic
from metaan.models.profiles import PACKAGES
from metaan.models.tau2 import ESTIMATORS
from metaan.review.cells import near
from metaan.review.columns import headings
from metaan.review.problems import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from metaan.effects.cells import Measure
    from metaan.review.plain import PlainFile

__all__ = [
    "EFFECT_COLUMNS",
    "Request",
    "Source",
    "one_of",
    "own_rules",
    "profile_note",
    "settle",
    "source_of",
]

INVERSE, MH, PETO = "inverse", "mh", "peto"
MH_MEASURES = ("OR", "RR", "RD", "IRR", "IRD")
EFFECT_COLUMNS = ("yi", "vi", "sei")
REPEATED = ("--leave-one-out", "--cumulative", "--trim-fill")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One analysis as it is asked for; None where nothing was said.

    Attributes
    ----------
    measure, method, test, profile : str or None
        As `effect_sizes` and `pool` take them.
    level : float
        Confidence level in (0, 1).
    model : str
        "inverse", "mh", "peto", or a model of `glmm`.
    add, to, vtype : float, str, str or None
        As `effect_sizes` takes them.
    mods, subgroup, slab, cumulative : str
        A formula; headings; empty where not asked for.
    leave_one_out, trim_fill : bool
        Whether to pool without each study in turn, and with mirror images of studies.
    force : bool
        Whether to do the latter below ten studies too.
    """

    measure: str | None = None
    method: str | None = None
    test: str | None = None
    level: float = 0.95
    profile: str | None = None
    model: str = INVERSE
    add: float | None = None
    to: str | None = None
    vtype: str | None = None
    mods: str = ""
    subgroup: str = ""
    slab: str = ""
    cumulative: str = ""
    leave_one_out: bool = False
    trim_fill: bool = False
    force: bool = False

    @property
    def options(self) -> dict[str, str]:
        """Method and test of `regress` and `subgroups`, which know no profile."""
        usual = {}
        if self.profile is not None:
            row = PACKAGES[self.profile]
            usual = {"method": row.method.value, "test": row.test.value}
        given = {"method": self.method, "test": self.test}
        return usual | {name: value for name, value in given.items() if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where the effects of a file come from.

    Attributes
    ----------
    measure : str
        Its letters; empty where the file gives effects of an unnamed measure.
    columns : mapping of str to int
        metafor's name to the column's position; `yi` with `vi` or `sei` where the effects are given.
    notes : tuple of str
        What was chosen between.
    """

    measure: str
    columns: dict[str, int]
    notes: tuple[str, ...] = ()

    @property
    def given(self) -> bool:
        """Whether the file gives the effects themselves."""
        return "yi" in self.columns


def settle(request: Request) -> Request:
    """Spell what is asked for as the library does, and refuse what does not exist or go together.

    Raises
    ------
    RequestError
        For an unknown measure, method, test, profile or model, with near names; a model that lacks what
        another option asks for; a number out of range.

    Examples
    --------
    >>> settle(Request(measure="rr", method="reml")).method
    'REML'
    """
    request = replace(
        request,
        measure=one_of("measure", request.measure, MEASURE_NAMES),
        method=one_of("method", request.method, ESTIMATORS),
        test=one_of("test", request.test, TESTS),
        profile=one_of("profile", request.profile, PACKAGES),
        model=one_of("model", request.model, (INVERSE, MH, PETO, *MIXED)) or INVERSE,
    )
    if request.add is not None and not (isfinite(request.add) and request.add >= 0):
        raise RequestError(f"--add {request.add} is added to counts; give a number of 0 or more.")
    if not 0 < request.level < 1:
        raise RequestError(f"--level {request.level:g} is no confidence level; give one such as 0.95.")
    if request.mods and request.subgroup:
        raise RequestError("--mods and --subgroup are two analyses; ask for one of them at a time.")
    _settle_refits(request)
    return request if request.model == INVERSE else _settle_model(request)


def _settle_refits(request: Request) -> None:
    """Refuse fits that are repeated beside another analysis, or by a model that is not repeated."""
    asked = [
        option
        for option, given in (
            ("--leave-one-out", request.leave_one_out),
            ("--cumulative", request.cumulative),
            ("--trim-fill", request.trim_fill),
            ("--mods", request.mods),
            ("--subgroup", request.subgroup),
        )
        if given
    ]
    if len(asked) > 1 and asked[0] in REPEATED:
        raise RequestError(f"{asked[0]} and {asked[1]} are two analyses; ask for one of them at a time.")
    if asked[:1] and asked[0] in REPEATED and request.model != INVERSE:
        raise RequestError(f"{asked[0]} repeats inverse-variance pooling; leave out --model {request.model}.")


def own_rules(request: Request, source: Source) -> bool:
    """Tell whether packages may compute effects by their own rules: from cells, and no rule was asked for."""
    asked = any(_given(request, name) for name in ("add", "to", "vtype"))
    return request.model == INVERSE and not source.given and not asked


def profile_note(request: Request, source: Source) -> tuple[str, ...]:
    """Say what the profile stands for, and where something else was asked for."""
    if request.profile is None:
        return ()
    row = PACKAGES[request.profile]
    topic = effect_topic(source.measure)
    if not own_rules(request, source):
        effects = "effects as given" if source.given else "cells as asked for"
    else:
        effects = f"effects: {getattr(row, topic).words}" if topic else "effects as in metafor"
    shown = "τ²" if row.I2.value == "tau2" else "Q"
    asked = [f"--{name}" for name in ("method", "test", "add", "to", "vtype") if _given(request, name)]
    but = f"; {', '.join(asked)} as asked for" if asked else ""
    return (f"profile {row.name}: defaults of {row.package}; {effects}; it prints I² from {shown}{but}",)


def _given(request: Request, name: str) -> bool:
    return getattr(request, name) is not None


def _settle_model(request: Request) -> Request:
    pooled: dict[str, tuple[str, ...]] = {MH: MH_MEASURES, PETO: ("PETO",)}
    measures = pooled.get(request.model, ("OR",))
    measure = request.measure or measures[0]
    if request.model == PETO and measure == "OR":
        measure = "PETO"
    if measure not in measures:
        raise RequestError(f"--model {request.model} pools {', '.join(measures)}, not {measure}.")
    taken: tuple[str, ...] = ("method",) if request.model in MIXED else ()
    for name in ("method", "test", "profile", "mods", "subgroup"):
        if getattr(request, name) and name not in taken:
            raise RequestError(f"--model {request.model} takes no --{name}; leave one of the two out.")
    if request.model in MIXED and request.method not in (None, "ML", "EE"):
        raise RequestError(f"--model {request.model} is fitted by ML, or as EE; not by {request.method}.")
    return replace(request, measure=measure)


def source_of(file: PlainFile, request: Request) -> Source:
    """Choose the columns that the effects come from.

    Raises
    ------
    RequestError
        Where the file lacks columns that the measure needs (they are named), or gives no effects and no
        measure is named.
    """
    columns = file.cell_columns()
    effects = _effect_columns(columns)
    if request.measure is None:
        if not effects:
            raise RequestError(_no_measure(file, columns))
        return Source(measure="", columns=effects, notes=_both(columns))
    row = MEASURES.get(request.measure)
    if row is not None and any(set(names) <= columns.keys() for names in row.family.needs):
        cells = {name: columns[name] for name in row.family.cells if name in columns}
        unused = ("yi is not used: the effects are computed from the cells",) if effects else ()
        return Source(measure=request.measure, columns=cells, notes=unused)
    if effects and request.model == INVERSE:
        scale = "its logarithm" if request.measure in LOG_MEASURES else "as it is analysed"
        notes = (f"yi is taken as the effects ({request.measure}, {scale})", *_both(columns))
        return Source(measure=request.measure, columns=effects, notes=notes)
    raise RequestError(_lacking(file, row, request, columns))


def _effect_columns(columns: dict[str, int]) -> dict[str, int]:
    spread = "vi" if "vi" in columns else "sei"
    if "yi" not in columns or spread not in columns:
        return {}
    return {name: columns[name] for name in ("yi", spread)}


def _both(columns: dict[str, int]) -> tuple[str, ...]:
    return ("vi is used, sei is not",) if {"vi", "sei"} <= columns.keys() else ()


def one_of(option: str, given: str | None, known: Iterable[str]) -> str | None:
    """Spell an option's value as it is known, whatever its capitals.

    Raises
    ------
    RequestError
        For another value, with near names.

    Examples
    --------
    >>> one_of("method", "reml", ("DL", "REML"))
    'REML'
    """
    if given is None:
        return None
    names = {name.casefold(): name for name in known}
    if given.casefold() in names:
        return names[given.casefold()]
    hint = near(given, list(names.values())) or f"it takes {', '.join(names.values())}."
    raise RequestError(f"--{option} {visible(given[:80])!r} is not known; {hint}")


def _no_measure(file: PlainFile, columns: dict[str, int]) -> str:
    fits = [
        name
        for name, row in MEASURES.items()
        if any(set(needed) <= columns.keys() for needed in row.family.needs)
    ]
    cure = (
        f"name one of those its columns carry with --measure: {', '.join(fits)}"
        if fits
        else f"its columns are {headings(file.header)}; name them as metafor does (ai n1i ci n2i, m1i sd1i"
        " n1i m2i sd2i n2i, yi vi, ...)"
    )
    return f"{file.name} has no columns yi and vi (or sei), so a measure is needed; {cure}."


def _lacking(file: PlainFile, row: Measure | None, request: Request, columns: dict[str, int]) -> str:
    sets: Sequence[tuple[str, ...]] = row.family.needs if row is not None else (("yi", "vi"), ("yi", "sei"))
    best = min(sets, key=lambda names: len(set(names) - columns.keys()))
    absent = [name for name in best if name not in columns]
    also = "" if row is None or request.model != INVERSE else ", or yi with vi or sei"
    hints = [f"{name}: {hint}" for name in absent if (hint := near(name, file.header))]
    hint = f" {'; '.join(hints)}" if hints else ""
    needs = " or ".join(", ".join(names) for names in sets[:2])
    return (
        f"{request.measure} needs the columns {needs}{also}; {file.name} lacks {', '.join(absent)}."
        f" It has {headings(file.header)}.{hint}"
    )
