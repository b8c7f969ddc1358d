"""Every word that a forest plot prints of its own accord, in one table: another language is another table.

Names in braces are filled in where they are used.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from metaan.format import MEASURE_NAMES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = [
    "ENGLISH",
    "METHODS",
    "TESTS",
    "Counted",
    "NetworkWords",
    "RefitWords",
    "SplitWords",
    "Told",
    "Wording",
    "counted",
]

Counted = tuple[str, str]
"""What is said of one and of several."""


SHORT: Mapping[str, str] = {
    "SMD": "SMD",
    "IRD": "Rate difference",
    "IRR": "Rate ratio",
    "PETO": "Peto odds ratio",
}
METHODS: Mapping[str, str] = {
    "DL": "DerSimonian-Laird",
    "PM": "Paule-Mandel",
    "SJ": "Sidik-Jonkman",
    "HE": "Hedges",
}
TESTS: Mapping[str, str] = {
    "z": "Wald",
    "t": "Wald with t",
    "hksj": "Hartung-Knapp",
    "adhoc": "Hartung-Knapp, ad hoc",
}
SHORT_TESTS: Mapping[str, str] = {"z": "Wald", "t": "t", "hksj": "HKSJ", "adhoc": "HKSJ, ad hoc"}


def counted(words: Counted, n: int) -> str:
    """Say how many.

    Examples
    --------
    >>> counted(("{n} study", "{n} studies"), 1), counted(("{n} study", "{n} studies"), 13)
    ('1 study', '13 studies')
    """
    return words[n != 1].format(n=n)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The words of the alternative text and of the description of a forest plot."""

    title: str = "Forest plot: {about}"
    result: str = "{studies}, {measure} {effect}"
    i2: str = ", I² {I2}"
    nothing: str = "No estimable study."
    alone: str = "One study, {measure} {effect}."
    shaded: str = "Shaded: {limits}."
    unit: str = "scale: {scale}"
    study: str = "{label}{arms}: {measure} {value}, {interval} {limits}, {null}{weight}."
    refused: str = "{label}{arms}: not estimable."
    model: str = "{label}: {measure} {value}, {interval} {limits}, {null}."
    group: str = "{label} (k = {k}): {effect}."
    weight: str = ", weight {weight}%"
    with_null: str = "includes no effect"
    without_null: str = "excludes no effect"
    events: str = "{name} {events} of {n}"
    means: str = "{name} mean {mean}, SD {sd}, n {n}"
    size: str = "{name} n {n}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RefitWords:
    """The words of forest plots of repeated fits: without each study, or as studies are added."""

    left_out: str = "Leave-one-out forest plot"
    left_out_column: str = "Study left out"
    left_out_note: str = "Each row pools all studies but one{anew}."
    without: str = "Without {study}"
    all: str = "All studies"
    added: str = "Cumulative forest plot"
    added_column: str = "Study added"
    added_note: str = "Each row pools the studies down to it, in order of {order}{anew}."
    first: str = "{study}"
    next: str = "+ {study}"
    ordered: str = "{study} ({by})"
    anew: str = "; τ² is estimated anew"
    model: str = "Model: {model}."
    i2: str = "I²"
    effect: str = "{measure}\n({interval})"
    heading: str = "{kind}: {about}"
    row: str = "{label}: {effect}, I² {I2}."
    result: str = "{studies}, all: {effect}."


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkWords:
    """The words of the forest plot of a network."""

    title: str = "Network forest plot: {outcome}, every treatment versus {reference}"
    short_title: str = "Network forest plot: {about}"
    heading: str = "{outcome}: every treatment versus {reference}, network estimates"
    effect: str = "{measure}\n({interval})"
    treatment: str = "Treatment"
    direct: str = "Direct\nstudies"
    share: str = "Direct\nevidence"
    prediction: str = "{level} prediction\ninterval"
    any_treatment: str = "treatment"
    score: str = "P-score"
    unreachable: str = "no connected evidence"
    inconsistency: str = "Inconsistency cannot be examined: no degree of freedom is left for it."
    lines: str = "Thick line: confidence interval; thin line: prediction interval of a new study."
    no_prediction: str = "No prediction interval: it takes at least two degrees of freedom."
    unordered: str = "Ordered by estimate, the lowest first; which way is better was not said."
    by_estimate: str = (
        "Ordered by estimate, the most favourable first; the order says nothing about certainty."
    )
    by_score: str = "Ordered by {score} ({scale}); the order says nothing about the size of the differences."
    best: str = "1 the best"
    best_and_own: str = "1 the best; {reference}: {own}"
    indirect: str = "Where there is no direct study the estimate is indirect."
    apart: str = "Out of reach, with no connected evidence to {reference}: {treatments}."
    no_tau2: str = (
        "τ² cannot be estimated from these studies: the estimates are those of the common-effect model."
    )
    reached: str = "{reached} of {all} treatments versus {reference}, {studies}{out}."
    out: str = ", {n} out of reach"
    scale: str = "Scale: {scale}."
    row: str = "{label}: {measure} {value}, {interval} {limits}{prediction}, {studies}{share}{score}."
    row_apart: str = "{label}: no connected evidence."
    row_prediction: str = ", prediction interval {limits}"
    row_studies: Counted = ("{n} direct study", "{n} direct studies")
    row_share: str = ", {share} direct evidence"
    row_score: str = ", score {score}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitWords:
    """The words of the node-split forest plot; evidence has a name for a row and one for a sentence."""

    title: str = "Node-split forest plot: {outcome}"
    short_title: str = "Node splitting: {about}"
    heading: str = "{outcome}: direct and indirect evidence"
    comparison: str = "Comparison"
    studies: str = "Studies"
    share: str = "Direct\nevidence"
    I2: str = "I²"
    effect: str = "{measure}\n({interval})"
    p: str = "{letter} of the\ndifference"
    versus: str = "{one} versus {other}"
    first: str = "the first"
    second: str = "the second"
    direct: tuple[str, str] = ("Direct", "direct")
    indirect: tuple[str, str] = ("Indirect", "indirect")
    network: tuple[str, str] = ("Network", "network")
    evidence: str = (
        "Every effect is the first treatment versus the second. Direct: from the studies that compare the"
        " two; indirect: from the rest of the network; direct evidence: its share in the network estimate;"
        " I²: how much of the differences between the direct studies is more than chance."
    )
    tests: str = (
        "P tests direct against indirect; the tests share studies, and a large P does not show that the two"
        " agree."
    )
    only_direct: str = "Only direct evidence, not shown: {pairs}."
    only_indirect: str = "Only indirect evidence, not shown: {pairs}."
    many: str = "{n} comparisons"
    result: Counted = (
        "{n} comparison with direct and indirect evidence",
        "{n} comparisons with direct and indirect evidence",
    )
    smallest: str = "; smallest {p}"
    scale: str = "Scale: {scale}."
    row: str = "{label}: {measure} {effects}; {studies}{I2}, {share} direct evidence, {p}."
    row_I2: str = " with I² {I2}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """The words of a forest plot; a line break in a header is one on the page.

    Attributes
    ----------
    study, total, subtotal, weight, rob, overall_rob : str
        Headers and names of rows.
    events, means, rates : tuple of (str, str)
        Header and cell of each column of one arm.
    size : str
        Header where only the numbers analysed are known.
    effect, plot, plot_ratio, plot_pooled : str
        Headers of the effects and of the plot: linear, logarithmic, and of several studies if that
        differs.
    favours : str
        Below the plot.
    random, common : str
        Names of models.
    prediction, interval : str
        Names of intervals.
    within, grouped, no_group : str
        Below a group, before the groups in the description, and of studies without one.
    heterogeneity, chi2, tau2, tau2_interval, i2, i2_common, i2_short : str
        Line on how far studies differ, and its parts; the last in a group of studies and in a network.
    heterogeneity_names : (str, str)
        What the line is about: studies; a network, whose designs may differ too.
    overall, overall_dof, between, between_chi2, between_f, between_none : str
        Lines on tests, and their parts.
    not_estimable, nothing, alone : str
        Where there is nothing to show, or nothing to pool.

    heading, versus : str
        Above the table: what is compared; two treatments.
    group, groups : str, (str, str)
        Heading of a group of studies; names of the groups compared, where nobody named them.
    measures, short : mapping of str to str
        Names of the measures by their letters; those that are shortened in headers.
    unnamed, log : str
        A measure without a name; header of a plot on a log scale.
    models, methods, tests, short_tests, letters : tuples and mappings of str
        Common and random effects, estimators of tau2, and tests, as headers and rows name them; the letters
        of the statistics of a normal and of a t-test.
    limits, joined : str
        Two limits in a sentence; the last of several names.
    told, refits, network, splits : Told, RefitWords, NetworkWords, SplitWords
        The alternative text and the description; the other kinds of forest plot.

    The others are sentences below the plot.
    """

    heading: str = "{outcome}: {versus}"
    versus: str = "{one} versus {other}"
    group: str = "{column}: {name}"
    groups: tuple[str, str] = ("Group 1", "Group 2")
    measures: Mapping[str, str] = field(default_factory=lambda: MEASURE_NAMES)
    short: Mapping[str, str] = field(default_factory=lambda: SHORT)
    unnamed: str = "effect"
    log: str = "{measure}\n(log scale)"
    models: tuple[str, str] = ("Fixed", "Random")
    methods: Mapping[str, str] = field(default_factory=lambda: METHODS)
    tests: Mapping[str, str] = field(default_factory=lambda: TESTS)
    short_tests: Mapping[str, str] = field(default_factory=lambda: SHORT_TESTS)
    letters: tuple[str, str] = ("z", "t")
    limits: str = "{low} to {high}"
    joined: str = "{names} and {last}"
    place: Counted = ("row {rows}", "rows {rows}")
    studies: Counted = ("{n} study", "{n} studies")

    study: str = "Study"
    total: str = "Total"
    subtotal: str = "Subtotal (k = {k})"
    within: str = "{told}"
    grouped: str = "Groups by {column}:"
    no_group: str = "not stated"
    weight: str = "Weight\n(%)"
    rob: str = "Risk of bias"
    overall_rob: str = "All"
    events: tuple[tuple[str, str], ...] = (("events/n", "{events}/{n}"),)
    means: tuple[tuple[str, str], ...] = (("mean (SD)", "{mean} ({sd})"), ("n", "{n}"))
    rates: tuple[tuple[str, str], ...] = (("events/\ntime", "{events}/{time}"),)
    size: str = "n"
    effect: str = "{short}\n({interval})"
    plot: str = "{measure}"
    plot_ratio: str = "{measure}\n(log scale)"
    plot_pooled: str = ""
    favours: str = "Favours {name}"
    random: str = "Random effects, {method}, {test}"
    common: str = "Common effect, {test}"
    prediction: str = "{level} prediction interval"
    interval: str = "{level} CI"
    heterogeneity: str = "{name}: {tau2}{chi2}; {i2}."
    heterogeneity_names: tuple[str, str] = ("Heterogeneity", "Heterogeneity and inconsistency")
    chi2: str = "χ² = {Q}, df = {df}, {p}"
    tau2: str = "τ² = {tau2}{tau2_interval}; "
    tau2_interval: str = " ({interval} {limits}, Q-profile)"
    i2: str = "I² = {I2} (from τ²{I2_interval}), {I2_Q} (from Q)"
    i2_interval: str = ", {limits}"
    i2_short: str = "I²{equals}{I2}"
    i2_common: str = "I² = {I2_Q} (from Q)"
    i2_from_q: str = "{I2_Q} (from Q)"
    overall: str = "Test for overall effect: {letter} = {statistic}{dof}, {p}."
    overall_dof: str = ", df = {df}"
    between: str = "Test for subgroup differences: {statistic}, {p}."
    between_chi2: str = "χ² = {Q}, df = {df}"
    between_f: str = "F({df1}, {df2}) = {Q}"
    between_none: str = "Test for subgroup differences: not possible: {reason}."
    not_estimable: str = "not estimable"
    no_interval: str = "(no interval)"
    nothing: str = "No study is estimable."
    alone: str = "One study: nothing is pooled, and heterogeneity cannot be estimated."
    squares: str = (
        "The area of a square is proportional to its weight in the bold model; the lightest are drawn larger."
    )
    clipped: str = "Arrow: the interval goes on beyond the plot; its limits are printed."
    band: str = "Shaded: differences smaller than the smallest that matters ({low} to {high})."
    prediction_few: str = "No prediction interval: it takes at least three studies, and there are {k}."
    prediction_none: str = "No prediction interval: it cannot be computed from these studies."
    total_left_out: str = "The total leaves out studies that are not estimable."
    total_contrasts: str = "The total leaves out the arms of studies that report only a contrast."
    total_unstated: str = "The total leaves out arms whose size was not stated."
    multiarm: str = (
        "The study has more than two arms and enters other comparisons too, with an arm that is shown "
        "here; only the network model allows for that."
    )
    merged: str = (
        "{study}: arms {arms} would share a control group; handled by combining them into one group."
    )
    shared: str = (
        "{study} shares its control group with {others}; this is not allowed for: the same people count "
        "{times} times."
    )
    pooled_report: str = (
        "One report adds up several trials without weighting and counts as one study: whether "
        "those agree cannot be seen."
    )
    derived: str = "The result was computed from other numbers that were reported; see the evidence ledger."
    imputed: str = "Something that was not reported was filled in; see the evidence ledger."
    rob_legend: str = "Risk of bias ({tool}): {domains}."
    rob_overall: str = "{header}, overall"
    rob_unjudged: str = "–, not judged"
    rob_none: str = "Risk of bias: nobody judged these studies."
    rob_domain: str = "{letter}, {domain}"
    refused: Counted = ("{studies} is not estimable: {reason}", "{studies} are not estimable: {reason}")
    no_information: str = "the study carries no information on this measure"
    said_of: str = "{studies}: {note}"
    not_estimable_model: str = "{model}: not estimable: {reason}."
    about_subgroups: str = "Subgroups: {note}."
    told: Told = Told()
    refits: RefitWords = RefitWords()
    network: NetworkWords = NetworkWords()
    splits: SplitWords = SplitWords()

    def measure(self, measure: str) -> str:
        """Name a measure; an unknown one keeps its letters, and one without letters is an effect.

        Examples
        --------
        >>> ENGLISH.measure("RR"), ENGLISH.measure("")
        ('risk ratio', 'effect')
        """
        return self.measures.get(measure, measure) or self.unnamed

    def capital(self, measure: str) -> str:
        """Name a measure, beginning with a capital.

        Examples
        --------
        >>> ENGLISH.capital("SMD"), ENGLISH.capital("RR")
        ('Standardised mean difference', 'Risk ratio')
        """
        name = self.measure(measure)
        return f"{name[:1].upper()}{name[1:]}"

    def listed(self, names: Sequence[str]) -> str:
        """List names in a sentence.

        Examples
        --------
        >>> ENGLISH.listed(["a", "b", "c"])
        'a, b and c'
        """
        if len(names) < 2:
            return "".join(names)
        return self.joined.format(names=", ".join(names[:-1]), last=names[-1])


ENGLISH = Wording()
