"""The words of a forest plot: footnotes, heterogeneity, alternative text."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite, nan
from typing import TYPE_CHECKING

from metaan.figures.drawing import ALT_LENGTH, shorten
from metaan.figures.forest_lines import (
    heterogeneity_line,
    interval_name,
    model_name,
    overall_line,
    share_from_q,
)
from metaan.figures.measure import clean
from metaan.figures.paragraphs import sentence
from metaan.figures.presets import METAAN, Preset
from metaan.figures.wording import ENGLISH, Wording, counted
from metaan.format import (
    DASH,
    back_transform,
    effect,
    fixed,
    null_value,
    percent,
    shares,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from metaan.results.pairwise import Pooled
    from metaan.results.synthesis import ArmData, Comparison, StudyEffect
    from metaan.types import Direction, Interval, Kind

__all__ = [
    "LEAST_FOR_PREDICTION",
    "Subject",
    "alt_text",
    "description",
    "favours",
    "footnote_marks",
    "interval_name",
    "names_of",
    "notes",
    "other_fits",
    "p_phrase",
    "prediction_reason",
    "short_text",
    "study_shares",
]

LEAST_FOR_PREDICTION = 3
LEAST_NAME = 20
NO_BAND: Interval = (nan, nan)
MULTIARM, POOLED_REPORT, DERIVED, IMPUTED = "†", "‡", "*", "§"


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
    preset : Preset
        Words and numbers of the journal.
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
    preset: Preset = METAAN

    @property
    def heading(self) -> str:
        """Outcome and comparison."""
        words = self.preset.wording
        versus = words.versus.format(one=self.name1, other=self.name2)
        return words.heading.format(outcome=self.outcome, versus=versus)

    def value(self, value: float) -> str:
        """Write an effect of the analysis scale."""
        return effect(value, self.measure, self.digits)

    def pair(self, low: float, high: float) -> str:
        """Write an interval as "low to high"."""
        return self.preset.wording.limits.format(low=self.value(low), high=self.value(high))

    def with_limits(self, value: float, low: float, high: float) -> str:
        """Write an estimate with its interval in a sentence."""
        return f"{self.value(value)} ({self.pair(low, high)})"

    def interval(self, low: float, high: float) -> str:
        """Write an interval in a cell, as the journal does."""
        return self.preset.numerals.interval(self.value(low), self.value(high))

    def estimate(self, value: float, low: float, high: float) -> str:
        """Write an estimate with its interval in a cell, as the journal does."""
        return f"{self.preset.numerals.dress(self.value(value))} {self.interval(low, high)}"


def p_phrase(p: float) -> str:
    """Write a p-value with its sign.

    Examples
    --------
    >>> p_phrase(0.032), p_phrase(1e-9)
    ('P = 0.032', 'P < 0.001')
    """
    return METAAN.numerals.p(p)


def favours(
    direction: Direction, name1: str, name2: str, pattern: str = METAAN.wording.favours
) -> tuple[str, str]:
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
    return pattern.format(name=sides[0]), pattern.format(name=sides[1])


def footnote_marks(study: StudyEffect) -> str:
    """Give the footnote marks of a study, in a fixed order."""
    flags = {
        MULTIARM: study.multiarm or merged_arms(study) != (),
        POOLED_REPORT: study.pooled_report,
        DERIVED: study.status == "derived",
        IMPUTED: study.status == "imputed",
    }
    return "".join(mark for mark, raised in flags.items() if raised)


def merged_arms(study: StudyEffect) -> tuple[str, ...]:
    """Name the arms of a study that were combined into one group, which would else share the other."""
    arms = (arm.arms for arm in (study.arm1, study.arm2) if arm is not None and len(arm.arms) > 1)
    return tuple(clean(name) for names in arms for name in names)


def study_shares(comparison: Comparison) -> tuple[str, ...]:
    """Give each study's weight in the headline model as it is printed; an en dash where it has none."""
    main = comparison.main
    estimable = [study for study in comparison.studies if study.estimable]
    if main is None or len(estimable) < 2:
        return tuple(DASH for _ in comparison.studies)
    written = iter(shares(main.weights))
    return tuple(next(written) if study.estimable else DASH for study in comparison.studies)


def notes(comparison: Comparison, preset: Preset = METAAN) -> tuple[str, ...]:
    """Write the paragraphs below a forest plot, in the order in which they are read."""
    return tuple(_notes(comparison, preset))


def alt_text(comparison: Comparison, subject: Subject, band: Interval = NO_BAND) -> str:
    """Write the short text alternative: type, outcome, studies, effect, interval, I2, what is shaded.

    The result is never cut; where 150 characters are too few the names are.
    """
    result = _alt_result(comparison, subject)
    told = subject.preset.wording.told
    if isfinite(band[0]):
        result += f" {told.shaded.format(limits=subject.pair(*band))}"
    return short_text(told.title, subject.heading, result)


def short_text(title: str, about: str, facts: str) -> str:
    """Write a short text alternative; where it is too long the name of what is shown gives way.

    Examples
    --------
    >>> short_text("Forest plot: {about}", "Pain", "Two studies.")
    'Forest plot: Pain. Two studies.'
    """
    room = ALT_LENGTH - len(facts) - len(title.format(about="")) - len(". ")
    return f"{title.format(about=shorten(about, max(room, LEAST_NAME)))}. {facts}"


def description(comparison: Comparison, subject: Subject) -> str:
    """Write the long text alternative: one sentence for each row, then the notes."""
    parts = [f"{subject.heading}."]
    if subject.scale:
        parts.append(sentence(subject.preset.wording.told.unit.format(scale=subject.scale)))
    weights = study_shares(comparison)
    parts.extend(
        _study_sentence(study, weight, subject)
        for study, weight in zip(comparison.studies, weights, strict=True)
    )
    main = comparison.main
    if main is not None and comparison.k > 1:
        parts.append(_fit_sentence(model_name(main, subject.preset), main, subject))
        if all(isfinite(limit) for limit in main.prediction) and main.k >= LEAST_FOR_PREDICTION:
            name = subject.preset.wording.prediction.format(level=f"{100 * subject.level:g}%")
            parts.append(f"{name} {subject.pair(*main.prediction)}.")
        parts.extend(
            _fit_sentence(model_name(fit, subject.preset), fit, subject)
            for fit in other_fits(comparison, subject.preset)
        )
    parts.extend(notes(comparison, subject.preset))
    return " ".join(parts)


def other_fits(comparison: Comparison, preset: Preset = METAAN) -> tuple[Pooled, ...]:
    """Give the fits that a preset shows beside the headline: other intervals, the common effect."""
    main = comparison.main
    seen = {model_name(main, preset)} if main is not None else set()
    others = []
    for key in preset.beside:
        fit: Pooled | None = getattr(comparison, key)
        if fit is not None and model_name(fit, preset) not in seen:
            seen.add(model_name(fit, preset))
            others.append(fit)
    return tuple(others)


def _notes(comparison: Comparison, preset: Preset) -> Iterator[str]:
    main, words = comparison.main, preset.wording
    if main is None or comparison.k == 0:
        yield words.nothing
    elif comparison.k == 1:
        if not any(study.estimable and study.pooled_report for study in comparison.studies):
            yield words.alone
    else:
        yield heterogeneity_line(main, comparison.heterogeneity, preset)
        yield overall_line(main, preset)
        yield from prediction_reason(main, preset)
        yield words.squares
    yield from _total_notes(comparison, preset)
    own = [sentence(clean(note)) for note in comparison.notes]
    about_reports = _notes_on_pooled_reports(comparison, own)
    yield from _footnotes(comparison, about_reports, preset)
    yield from _study_notes(comparison, words)
    said = {words.nothing, words.alone, *about_reports, *_refusals(comparison)}
    yield from (note for note in own if note not in said)


def _total_notes(comparison: Comparison, preset: Preset) -> Iterator[str]:
    """Say whom the total leaves out, where there is one."""
    estimable = [study for study in comparison.studies if study.estimable]
    sizes = [n for study in estimable for n in study.sizes]
    if len(estimable) < 2 or all(n is None for n in sizes):
        return
    if len(estimable) < len(comparison.studies):
        yield preset.wording.total_left_out
    cells = [arm for study in estimable for arm in (study.arm1, study.arm2)]
    if any(arm is not None and arm.events is not None for arm in cells) and None in cells:
        yield preset.wording.total_contrasts
    elif None in sizes:
        yield preset.wording.total_unstated


def prediction_reason(main: Pooled, preset: Preset) -> Iterator[str]:
    """Say why a model of random effects has no prediction interval, where it has none."""
    if main.method == "EE":
        return
    if main.k < LEAST_FOR_PREDICTION:
        yield preset.wording.prediction_few.format(k=main.k)
    elif not all(isfinite(limit) for limit in main.prediction):
        yield preset.wording.prediction_none


def _footnotes(comparison: Comparison, about_reports: Sequence[str], preset: Preset) -> Iterator[str]:
    """Explain the marks; what the comparison says of its pooled reports stands in place of the general."""
    used = "".join(footnote_marks(study) for study in comparison.studies)
    words = preset.wording
    texts = {
        MULTIARM: " ".join(_multiarm(comparison, preset)),
        POOLED_REPORT: " ".join(about_reports) or words.pooled_report,
        DERIVED: words.derived,
        IMPUTED: words.imputed,
    }
    yield from (f"{mark} {text}" for mark, text in texts.items() if mark in used)


def _multiarm(comparison: Comparison, preset: Preset) -> Iterator[str]:
    if any(study.multiarm for study in comparison.studies):
        yield preset.wording.multiarm
    for study in comparison.studies:
        merged = merged_arms(study)
        if merged:
            yield preset.wording.merged.format(study=clean(study.label), arms=preset.wording.listed(merged))


def _notes_on_pooled_reports(comparison: Comparison, own: Sequence[str]) -> list[str]:
    """Pick the comparison's sentences that begin with a pooled report, other than why it is not estimable."""
    labels = [clean(study.label) for study in comparison.studies if study.pooled_report]
    begins = tuple(sentence(label).removesuffix(".") for label in labels)
    return [note for note in own if begins and note.startswith(begins) and note not in _refusals(comparison)]


def _refusals(comparison: Comparison) -> list[str]:
    """Write why a study is not estimable, one sentence for each, as a comparison's own notes do."""
    return [
        sentence(ENGLISH.refused[0].format(studies=clean(study.label), reason=clean(study.note)))
        for study in comparison.studies
        if not study.estimable
    ]


def _study_notes(comparison: Comparison, words: Wording) -> Iterator[str]:
    """Group studies under the same note; a study that is not estimable always has one."""
    grouped: dict[tuple[bool, str], list[str]] = {}
    for study in comparison.studies:
        note = clean(study.note)
        if not study.estimable:
            note = note or words.no_information
        if note:
            grouped.setdefault((study.estimable, note), []).append(clean(study.label))
    for (estimable, note), labels in grouped.items():
        names = words.listed(labels)
        if estimable:
            yield sentence(words.said_of.format(studies=names, note=note))
        else:
            yield sentence(words.refused[len(labels) > 1].format(studies=names, reason=note))


def _alt_result(comparison: Comparison, subject: Subject) -> str:
    main, words = comparison.main, subject.preset.wording
    if main is None or comparison.k == 0:
        return words.told.nothing
    name = words.measure(subject.measure)
    if comparison.k == 1:
        alone = next(study for study in comparison.studies if study.estimable)
        effect = subject.with_limits(alone.yi, alone.ci_low, alone.ci_high)
        return words.told.alone.format(measure=name, effect=effect)
    result = words.told.result.format(
        studies=counted(words.studies, comparison.k),
        measure=name,
        effect=subject.with_limits(main.estimate, *main.ci),
    )
    I2 = percent(main.I2) if "{I2}" in words.i2 else share_from_q(main, words)
    return f"{result}{words.told.i2.format(I2=I2)}."


def _study_sentence(study: StudyEffect, weight: str, subject: Subject) -> str:
    told, arms = subject.preset.wording.told, _arms_phrase(study, subject)
    label = clean(study.label)
    if not study.estimable:
        return told.refused.format(label=label, arms=arms)
    said = _said(study.yi, (study.ci_low, study.ci_high), subject.level, subject)
    share = "" if weight == DASH else told.weight.format(weight=weight)
    return told.study.format(label=label, arms=arms, weight=share, **said)


def _fit_sentence(name: str, fit: Pooled, subject: Subject) -> str:
    said = _said(fit.estimate, fit.ci, fit.level, subject)
    return subject.preset.wording.told.model.format(label=name, **said)


def _said(value: float, limits: Interval, level: float, subject: Subject) -> dict[str, str]:
    """Write the parts of a sentence on an estimate."""
    words, null = subject.preset.wording, null_value(subject.measure)
    low, high = (back_transform(limit, subject.measure) for limit in limits)
    return {
        "measure": words.measure(subject.measure),
        "value": subject.value(value),
        "interval": interval_name(level, words),
        "limits": subject.pair(*limits),
        "null": words.told.with_null if low <= null <= high else words.told.without_null,
    }


def _arms_phrase(study: StudyEffect, subject: Subject) -> str:
    words = subject.preset.wording.told
    pattern = words.events if subject.kind == "binary" else words.means
    named = ((study.arm1, subject.name1), (study.arm2, subject.name2))
    told = [_arm_phrase(pattern, arm, name) for arm, name in named if arm is not None]
    if not told:
        sizes = zip((subject.name1, subject.name2), study.sizes, strict=True)
        told = [words.size.format(name=name, n=f"{n:,}") for name, n in sizes if n is not None]
    return f" ({'; '.join(told)})" if told else ""


def _arm_phrase(pattern: str, arm: ArmData, name: str) -> str:
    return pattern.format(
        name=name,
        events=DASH if arm.events is None else f"{arm.events:,}",
        mean=fixed(arm.mean),
        sd=fixed(arm.sd),
        n=f"{arm.n:,}",
    )


def names_of(comparison: Comparison, names: Mapping[str, str]) -> tuple[str, str]:
    """Give the printed names of both treatments; a node without one keeps its own."""
    return tuple(clean(names.get(node, node)) for node in (comparison.treat1, comparison.treat2))  # type: ignore[return-value]
