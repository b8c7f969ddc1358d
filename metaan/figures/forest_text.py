"""The words of a forest plot: footnotes, heterogeneity, alternative text."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite, isinf, isnan
from typing import TYPE_CHECKING

from metaan.figures.measure import clean
from metaan.figures.paragraphs import sentence
from metaan.format import (
    back_transform,
    effect,
    fixed,
    measure_name,
    null_value,
    percent,
    pvalue,
    shares,
    variance,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from metaan.results.pairwise import HeterogeneityInterval, Pooled
    from metaan.results.synthesis import ArmData, Comparison, StudyEffect
    from metaan.types import Direction, Kind

__all__ = [
    "Subject",
    "alt_text",
    "description",
    "favours",
    "footnote_marks",
    "interval_name",
    "model_name",
    "notes",
    "p_phrase",
    "study_shares",
]

LEAST_FOR_PREDICTION = 3
MULTIARM, POOLED_REPORT, DERIVED, IMPUTED = "†", "‡", "*", "§"
FOOTNOTES = {
    MULTIARM: "The study has more than two arms and enters other comparisons too, with an arm that is shown "
    "here; only the network model allows for that.",
    POOLED_REPORT: "One report adds up several trials without weighting and counts as one study: whether "
    "those agree cannot be seen.",
    DERIVED: "The result was computed from other numbers that were reported; see the evidence ledger.",
    IMPUTED: "Something that was not reported was filled in; see the evidence ledger.",
}
NOTHING = "No study is estimable."
ALONE = "One study: nothing is pooled, and heterogeneity cannot be estimated."
SQUARES = (
    "The area of a square is proportional to its weight in the bold model; the lightest are drawn larger."
)
TEST_NAMES = {"z": "Wald", "t": "Wald with t", "hksj": "Hartung-Knapp", "adhoc": "Hartung-Knapp, ad hoc"}
METHOD_NAMES = {"DL": "DerSimonian-Laird", "PM": "Paule-Mandel", "SJ": "Sidik-Jonkman", "HE": "Hedges"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a comparison is about, in clean words.

    Attributes
    ----------
    outcome, name1, name2 : str
        The outcome; the treatments as they are printed.
    measure, kind, direction, level : str, str, str, float
        As in the analysis.
    digits : int
        Decimals of the effects.
    scale : str
        Scale and unit of a mean difference; empty where there is none.
    """

    outcome: str
    name1: str
    name2: str
    measure: str
    kind: Kind
    direction: Direction
    level: float
    digits: int
    scale: str = ""

    @property
    def heading(self) -> str:
        """Outcome and comparison."""
        return f"{self.outcome}: {self.name1} versus {self.name2}"

    def value(self, value: float) -> str:
        """Write an effect of the analysis scale."""
        return effect(value, self.measure, self.digits)

    def pair(self, low: float, high: float) -> str:
        """Write an interval as "low to high"."""
        return f"{self.value(low)} to {self.value(high)}"


def interval_name(level: float) -> str:
    """Name a confidence interval.

    Examples
    --------
    >>> interval_name(0.95)
    '95% CI'
    """
    return f"{100 * level:g}% CI"


def model_name(fit: Pooled) -> str:
    """Name a model with its tau2 estimator and its interval."""
    test = TEST_NAMES.get(fit.test, fit.test)
    if fit.method == "EE":
        return f"Common effect, {test}"
    return f"Random effects, {METHOD_NAMES.get(fit.method, fit.method)}, {test}"


def p_phrase(p: float) -> str:
    """Write a p-value with its sign.

    Examples
    --------
    >>> p_phrase(0.032), p_phrase(1e-9)
    ('P = 0.032', 'P < 0.001')
    """
    text = pvalue(p)
    return f"P < {text[1:]}" if text.startswith("<") else f"P = {text}"


def favours(direction: Direction, name1: str, name2: str) -> tuple[str, str]:
    """Say whom the left and the right side of the null favour.

    Effects are treatment 1 minus treatment 2, or their ratio: to the left of the null treatment 1 has less.

    Examples
    --------
    >>> favours("lower_better", "drug", "placebo")
    ('Favours drug', 'Favours placebo')
    >>> favours("higher_better", "drug", "placebo")
    ('Favours placebo', 'Favours drug')
    """
    sides = (name1, name2) if direction == "lower_better" else (name2, name1)
    return f"Favours {sides[0]}", f"Favours {sides[1]}"


def footnote_marks(study: StudyEffect) -> str:
    """Give the footnote marks of a study, in a fixed order."""
    flags = {
        MULTIARM: study.multiarm,
        POOLED_REPORT: study.pooled_report,
        DERIVED: study.status == "derived",
        IMPUTED: study.status == "imputed",
    }
    return "".join(mark for mark, raised in flags.items() if raised)


def study_shares(comparison: Comparison) -> tuple[str, ...]:
    """Give each study's weight in the headline model as it is printed; an en dash where it has none."""
    main = comparison.main
    estimable = [study for study in comparison.studies if study.estimable]
    if main is None or len(estimable) < 2:
        return tuple("–" for _ in comparison.studies)
    written = iter(shares(main.weights))
    return tuple(next(written) if study.estimable else "–" for study in comparison.studies)


def notes(comparison: Comparison) -> tuple[str, ...]:
    """Write the paragraphs below a forest plot, in the order in which they are read."""
    return tuple(_notes(comparison))


def alt_text(comparison: Comparison, subject: Subject) -> str:
    """Write the short text alternative: type, outcome, studies, effect, interval, I2.

    The result is never cut; where 150 characters are too few the names are.
    """
    result = _alt_result(comparison, subject)
    room = 150 - len(result) - len("Forest plot: . ")
    heading = subject.heading
    if len(heading) > room:
        heading = heading[: room - 1].rstrip() + "…"
    return f"Forest plot: {heading}. {result}"


def description(comparison: Comparison, subject: Subject) -> str:
    """Write the long text alternative: one sentence for each row, then the notes."""
    parts = [f"{subject.heading}."]
    if subject.scale:
        parts.append(sentence(f"scale: {subject.scale}"))
    weights = study_shares(comparison)
    parts.extend(
        _study_sentence(study, weight, subject)
        for study, weight in zip(comparison.studies, weights, strict=True)
    )
    main = comparison.main
    if main is not None and comparison.k > 1:
        parts.append(_fit_sentence(model_name(main), main, subject))
        if all(isfinite(limit) for limit in main.prediction) and main.k >= LEAST_FOR_PREDICTION:
            name = f"{100 * subject.level:g}% prediction interval"
            parts.append(f"{name} {subject.pair(*main.prediction)}.")
        parts.extend(_fit_sentence(model_name(fit), fit, subject) for fit in other_fits(comparison))
    parts.extend(notes(comparison))
    return " ".join(parts)


def other_fits(comparison: Comparison) -> tuple[Pooled, ...]:
    """Give the fits shown beside the headline: the other intervals, then the common effect."""
    main = comparison.main
    candidates = (comparison.wald, comparison.hksj, comparison.adhoc, comparison.common)
    seen = {model_name(main)} if main is not None else set()
    others = []
    for fit in candidates:
        if fit is not None and model_name(fit) not in seen:
            seen.add(model_name(fit))
            others.append(fit)
    return tuple(others)


def _notes(comparison: Comparison) -> Iterator[str]:
    main = comparison.main
    if main is None or comparison.k == 0:
        yield NOTHING
    elif comparison.k == 1:
        if not any(study.estimable and study.pooled_report for study in comparison.studies):
            yield ALONE
    else:
        yield _heterogeneity(main, comparison.heterogeneity)
        yield _overall(main)
        yield from _prediction_reason(main)
        yield SQUARES
    yield from _total_notes(comparison)
    own = [sentence(clean(note)) for note in comparison.notes]
    about_reports = _notes_on_pooled_reports(comparison, own)
    yield from _footnotes(comparison, about_reports)
    yield from _study_notes(comparison)
    said = {NOTHING, ALONE, *about_reports, *_refusals(comparison)}
    yield from (note for note in own if note not in said)


def _total_notes(comparison: Comparison) -> Iterator[str]:
    """Say whom the total leaves out, where there is one."""
    estimable = [study for study in comparison.studies if study.estimable]
    sizes = [n for study in estimable for n in study.sizes]
    if len(estimable) < 2 or all(n is None for n in sizes):
        return
    if len(estimable) < len(comparison.studies):
        yield "The total leaves out studies that are not estimable."
    cells = [arm for study in estimable for arm in (study.arm1, study.arm2)]
    if any(arm is not None and arm.events is not None for arm in cells) and None in cells:
        yield "The total leaves out the arms of studies that report only a contrast."
    elif None in sizes:
        yield "The total leaves out arms whose size was not stated."


def _heterogeneity(main: Pooled, profile: HeterogeneityInterval | None) -> str:
    spread = ""
    if main.method != "EE":
        spread = f"τ² = {variance(main.tau2)}{_tau2_interval(profile)}; "
    test = f"χ² = {fixed(main.Q)}, df = {main.Q_dof:g}, {p_phrase(main.Q_pvalue)}; "
    share = f"I² = {percent(main.I2_Q)} (from Q)."
    if main.method != "EE":
        share = f"I² = {percent(main.I2)} (from τ²), {percent(main.I2_Q)} (from Q)."
    return f"Heterogeneity: {spread}{test}{share}"


def _tau2_interval(profile: HeterogeneityInterval | None) -> str:
    if profile is None or any(isnan(limit) for limit in profile.tau2):
        return ""
    low, high = profile.tau2
    return f" ({interval_name(profile.level)} {variance(low)} to {variance(high)}, Q-profile)"


def _overall(main: Pooled) -> str:
    letter = "z" if isinf(main.dof) else "t"
    dof = "" if isinf(main.dof) else f", df = {main.dof:g}"
    return f"Test for overall effect: {letter} = {fixed(main.statistic)}{dof}, {p_phrase(main.pvalue)}."


def _prediction_reason(main: Pooled) -> Iterator[str]:
    if main.method == "EE":
        return
    if main.k < LEAST_FOR_PREDICTION:
        yield f"No prediction interval: it takes at least three studies, and there are {main.k}."
    elif not all(isfinite(limit) for limit in main.prediction):
        yield "No prediction interval: it cannot be computed from these studies."


def _footnotes(comparison: Comparison, about_reports: Sequence[str]) -> Iterator[str]:
    """Explain the marks; what the comparison says of its pooled reports stands in place of the general."""
    used = "".join(footnote_marks(study) for study in comparison.studies)
    texts = FOOTNOTES | ({POOLED_REPORT: " ".join(about_reports)} if about_reports else {})
    yield from (f"{mark} {text}" for mark, text in texts.items() if mark in used)


def _notes_on_pooled_reports(comparison: Comparison, own: Sequence[str]) -> list[str]:
    """Pick the comparison's sentences that begin with a pooled report, other than why it is not estimable."""
    labels = [clean(study.label) for study in comparison.studies if study.pooled_report]
    begins = tuple(sentence(label).removesuffix(".") for label in labels)
    return [note for note in own if begins and note.startswith(begins) and note not in _refusals(comparison)]


def _refusals(comparison: Comparison) -> list[str]:
    """Write why a study is not estimable, one sentence for each, as a comparison's own notes do."""
    return [
        sentence(f"{clean(study.label)} is not estimable: {clean(study.note)}")
        for study in comparison.studies
        if not study.estimable
    ]


def _study_notes(comparison: Comparison) -> Iterator[str]:
    """Group studies under the same note; a study that is not estimable always has one."""
    grouped: dict[tuple[bool, str], list[str]] = {}
    for study in comparison.studies:
        note = clean(study.note)
        if not study.estimable:
            note = note or "the study carries no information on this measure"
        if note:
            grouped.setdefault((study.estimable, note), []).append(clean(study.label))
    for (estimable, note), labels in grouped.items():
        verb = "" if estimable else " is not estimable" if len(labels) == 1 else " are not estimable"
        yield sentence(f"{_joined(labels)}{verb}: {note}")


def _joined(labels: Sequence[str]) -> str:
    return " and ".join(part for part in (", ".join(labels[:-1]), labels[-1]) if part)


def _alt_result(comparison: Comparison, subject: Subject) -> str:
    main = comparison.main
    if main is None or comparison.k == 0:
        return "No estimable study."
    name = measure_name(subject.measure)
    if comparison.k == 1:
        alone = next(study for study in comparison.studies if study.estimable)
        limits = subject.pair(alone.ci_low, alone.ci_high)
        return f"One study, {name} {subject.value(alone.yi)} ({limits})."
    numbers = f"{subject.value(main.estimate)} ({subject.pair(*main.ci)})"
    return f"{comparison.k} studies, {name} {numbers}, I² {percent(main.I2)}."


def _study_sentence(study: StudyEffect, weight: str, subject: Subject) -> str:
    arms = _arms_phrase(study, subject)
    label = clean(study.label)
    if not study.estimable:
        return f"{label}{arms}: not estimable."
    numbers = f"{subject.value(study.yi)}, {interval_name(subject.level)} "
    numbers += (
        f"{subject.pair(study.ci_low, study.ci_high)}, {_null_phrase(study.ci_low, study.ci_high, subject)}"
    )
    share = "" if weight == "–" else f", weight {weight}%"
    return f"{label}{arms}: {measure_name(subject.measure)} {numbers}{share}."


def _fit_sentence(name: str, fit: Pooled, subject: Subject) -> str:
    return (
        f"{name}: {measure_name(subject.measure)} {subject.value(fit.estimate)}, "
        f"{interval_name(fit.level)} {subject.pair(*fit.ci)}, {_null_phrase(*fit.ci, subject)}."
    )


def _null_phrase(low: float, high: float, subject: Subject) -> str:
    null = null_value(subject.measure)
    inside = back_transform(low, subject.measure) <= null <= back_transform(high, subject.measure)
    return "includes no effect" if inside else "excludes no effect"


def _arms_phrase(study: StudyEffect, subject: Subject) -> str:
    say: Callable[[ArmData, str], str] = _events_phrase if subject.kind == "binary" else _mean_phrase
    named = ((study.arm1, subject.name1), (study.arm2, subject.name2))
    told = [say(arm, name) for arm, name in named if arm is not None]
    if not told:
        sizes = zip((subject.name1, subject.name2), study.sizes, strict=True)
        told = [f"{name} n {n:,}" for name, n in sizes if n is not None]
    return f" ({'; '.join(told)})" if told else ""


def _events_phrase(arm: ArmData, name: str) -> str:
    return f"{name} {'–' if arm.events is None else f'{arm.events:,}'} of {arm.n:,}"


def _mean_phrase(arm: ArmData, name: str) -> str:
    mean, sd = (fixed(arm.mean), fixed(arm.sd))
    return f"{name} mean {mean}, SD {sd}, n {arm.n:,}"


def names_of(comparison: Comparison, names: Mapping[str, str]) -> tuple[str, str]:
    """Give the printed names of both treatments; a node without one keeps its own."""
    return tuple(clean(names.get(node, node)) for node in (comparison.treat1, comparison.treat2))  # type: ignore[return-value]
