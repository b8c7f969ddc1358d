"""Every word that a forest plot prints of its own accord, in one table: another language is another table.

Names in braces are filled in where they are used.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["ENGLISH", "Wording"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """The words of a forest plot; a line break in a header is one on the page.

    Attributes
    ----------
    study, total, subtotal, weight, rob, overall_rob : str
        Headers and names of rows.
    events, means : tuple of (str, str)
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
    heterogeneity, chi2, tau2, tau2_interval, i2, i2_common : str
        Line on how far studies differ, and its parts.
    overall, overall_dof, between, between_chi2, between_f, between_none : str
        Lines on tests, and their parts.
    not_estimable, nothing, alone : str
        Where there is nothing to show, or nothing to pool.

    The others are sentences below the plot.
    """

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
    heterogeneity: str = "Heterogeneity: {tau2}{chi2}; {i2}."
    chi2: str = "χ² = {Q}, df = {df}, {p}"
    tau2: str = "τ² = {tau2}{tau2_interval}; "
    tau2_interval: str = " ({interval} {limits}, Q-profile)"
    i2: str = "I² = {I2} (from τ²{I2_interval}), {I2_Q} (from Q)"
    i2_common: str = "I² = {I2_Q} (from Q)"
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


ENGLISH = Wording()
