"""What the methods text says of effect measures, pooling and networks."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING

from metaan.format import measure_name
from metaan.report.clauses import Clause
from metaan.report.evidence import node_names
from metaan.report.wording import capital, counted, joined

if TYPE_CHECKING:
    from collections.abc import Sequence

    from metaan.results.findings import NetworkFindings
    from metaan.results.synthesis import AnalysisResult, Comparison
    from metaan.review.read import Review

__all__ = ["measure_clauses", "network_clauses", "pairwise_clauses"]

ESTIMATORS = {
    "DL": ("the method of DerSimonian and Laird", ("dersimonian1986",)),
    "DLIT": ("the iterated method of DerSimonian and Laird", ("dersimonian1986", "paule1982")),
    "HE": ("the method of Hedges and Olkin", ("hedges1985",)),
    "HS": ("the method of Hunter and Schmidt", ("hunter2004",)),
    "HSk": ("the method of Hunter and Schmidt, corrected for small samples", ("hunter2004",)),
    "SJ": ("the method of Sidik and Jonkman", ("sidik2005",)),
    "ML": ("maximum likelihood", ("hardy1996", "viechtbauer2005")),
    "REML": ("restricted maximum likelihood (REML)", ("viechtbauer2005",)),
    "EB": ("the empirical Bayes method", ("morris1983",)),
    "PM": ("the method of Paule and Mandel", ("paule1982",)),
    "PMM": ("the median-unbiased method of Paule and Mandel", ("paule1982",)),
}
RULES = {
    "z": ("normal (Wald) intervals", ("dersimonian1986",)),
    "t": ("intervals from the t distribution on k − 1 degrees of freedom", ("higgins2024",)),
    "hksj": ("Hartung-Knapp intervals", ("hartung2001", "sidik2002")),
    "adhoc": ("Hartung-Knapp intervals whose scale is held at 1 or above", ("rover2015", "jackson2017")),
    "cochrane": (
        "Hartung-Knapp intervals where more than two studies were pooled and τ² was above zero, and Wald"
        " intervals otherwise",
        ("hartung2001", "sidik2002", "higgins2024"),
    ),
}


def measure_clauses(analyses: Sequence[AnalysisResult]) -> list[Clause]:
    """Name the effect measure of every outcome, and what was done about arms without events."""
    clauses = []
    for measure in dict.fromkeys(each.main.measure for each in analyses):
        titles = [each.title for each in analyses if each.main.measure == measure]
        text = f"Effects were expressed as {measure_name(measure)}s for {joined(titles, 'and')}"
        if measure == "SMD":
            text += (
                ", with Hedges' exact small-sample correction and each scale turned to the stated direction"
            )
        clauses.append(Clause(f"{text}.", ("hedges1981",) if measure == "SMD" else ("higgins2024",)))
    return clauses + _zero_cells(analyses) + _rare_events(analyses)


def _zero_cells(analyses: Sequence[AnalysisResult]) -> list[Clause]:
    zero = [
        study
        for analysis in analyses
        if analysis.main.measure in {"OR", "RR"}
        for comparison in analysis.main.comparisons
        for study in comparison.studies
        if any(arm is not None and arm.events in (0, arm.n) for arm in (study.arm1, study.arm2))
    ]
    clauses = []
    kept = [arm for study in zero if study.estimable for arm in (study.arm1, study.arm2) if arm is not None]
    cases = {
        "no event": any(arm.events == 0 for arm in kept),
        "nobody without the event": any(arm.events == arm.n for arm in kept),
    }
    if kept:
        which = joined([words for words, seen in cases.items() if seen], "or")
        clauses.append(
            Clause(
                f"Where an arm had {which}, 0.5 was added to the cells of every arm of its study.",
                ("gart1967",),
            )
        )
    silent = [study for study in zero if not study.estimable]
    if silent:
        nobody = all(
            arm.events == 0 for study in silent for arm in (study.arm1, study.arm2) if arm is not None
        )
        which = "without any event" if nobody else "in which no arm had an event, or everybody had,"
        clauses.append(
            Clause(
                f"A study {which} carries nothing for a ratio and is listed.",
                ("higgins2024",),
            )
        )
    return clauses


def _rare_events(analyses: Sequence[AnalysisResult]) -> list[Clause]:
    if not any(each.rare for each in analyses):
        return []
    return [
        Clause(
            "Where an arm had no event, a table sets the odds ratios by four common-effect methods side by"
            " side: inverse variance with 0.5 added, Mantel-Haenszel, the exact conditional likelihood and a"
            " penalised likelihood.",
            ("efthimiou2019", "stijnen2010", "evrenoglou2022"),
        )
    ]


def pairwise_clauses(analyses: Sequence[AnalysisResult]) -> list[Clause]:
    """Say how studies of one comparison were pooled, which intervals, and what describes their spread."""
    comparisons = [each for analysis in analyses for each in analysis.main.comparisons if each.k]
    pooled = [each for each in comparisons if each.k > 1]
    clauses = []
    if pooled:
        clauses = _pooling(analyses, pooled)
    if len(comparisons) > len(pooled):
        clauses.append(
            Clause("Where one study compared two treatments it is shown alone; nothing is pooled.")
        )
    return clauses


def _pooling(analyses: Sequence[AnalysisResult], pooled: Sequence[Comparison]) -> list[Clause]:
    levels = dict.fromkeys(f"{100 * each.level:g}%" for each in analyses)
    clauses = [Clause(f"All intervals are at the {joined(list(levels), 'or')} level.")]
    for method in dict.fromkeys(each.main.method for each in analyses):
        if method == "EE":
            clauses.append(
                Clause("Studies were pooled by inverse variance with a common effect.", ("higgins2024",))
            )
            continue
        name, works = ESTIMATORS[method]
        text = (
            f"Studies were pooled by inverse variance with random effects; τ² by {name}, τ² being the"
            " variance of the true effects between studies"
        )
        clauses.append(Clause(f"{text}.", works))
    for rule in dict.fromkeys(each.main.test for each in analyses):
        name, works = RULES[rule]
        clauses.append(Clause(f"Confidence intervals of the mean: {name}.", works))
    clauses.append(_three_intervals())
    if any(each.k > 2 for each in pooled):
        clauses.append(Clause("With three or more studies a prediction interval is given.", ("higgins2009",)))
    clauses.append(_heterogeneity(pooled))
    return clauses


def _three_intervals() -> Clause:
    return Clause(
        "The Wald, Hartung-Knapp and ad hoc intervals (ad hoc: Hartung-Knapp with a scale of at least 1) and"
        " the common-effect estimate always stand side by side, since with few studies they can differ"
        " widely.",
        ("hartung2001", "jackson2017"),
    )


def _heterogeneity(pooled: Sequence[Comparison]) -> Clause:
    text = "Heterogeneity is described by Cochran's Q on its degrees of freedom (df), I² and τ²"
    works = ("cochran1954", "higgins2002")
    if any(each.heterogeneity is not None for each in pooled):
        return Clause(f"{text}, with Q-profile intervals.", (*works, "viechtbauer2007"))
    return Clause(f"{text}.", works)


def network_clauses(review: Review, analyses: Sequence[AnalysisResult]) -> list[Clause]:
    """Say how networks were analysed; nothing where none was."""
    ran = [each for each in analyses if each.main.network is not None]
    if not ran:
        return []
    reference = review.plan.review.reference
    clauses = [
        Clause(
            f"{capital(counted(len(ran), 'outcome'))} also had a frequentist network meta-analysis by"
            f" generalised least squares, with {node_names(review).get(reference, reference)}"
            " as reference where it was connected.",
            ("rucker2012",),
        ),
        Clause("It is reported along the PRISMA extension for network meta-analyses.", ("hutton2015",)),
    ]
    networks = [each.main.network for each in ran if each.main.network is not None]
    if any(network.multiarm for network in networks):
        clauses.append(
            Clause(
                "Covariances within multi-arm studies came from the arms they share.",
                ("gleser2009", "rucker2012"),
            )
        )
    clauses += _network_spread(ran)
    if any(len(network.components) > 1 for network in networks):
        clauses.append(
            Clause("A network that falls apart was analysed part by part; no estimate crosses between parts.")
        )
    clauses += _findings([each.findings for each in ran if each.findings is not None])
    if any(answer.evidence == "indirect" for each in ran for answer in each.main.answers):
        clauses.append(
            Clause(
                "Indirect estimates rest on the assumption that the studies are alike in everything that"
                " changes the effect.",
                ("bucher1997",),
            )
        )
    return clauses


def _findings(found: Sequence[NetworkFindings]) -> list[Clause]:
    """Say how heterogeneity, consistency, ranks and contributions of networks were looked into."""
    if not found:
        return []
    clauses = []
    if any(not isnan(each.heterogeneity.tau2[0]) for each in found):
        clauses.append(
            Clause(
                "Intervals of a network's τ² and I² are Q-profile intervals of the whole model.",
                ("viechtbauer2007",),
            )
        )
    if any(each.assumed for each in found):
        clauses.append(
            Clause(
                "Where τ² could not be estimated, a table shows the estimates under assumed values of τ.",
                ("spiegelhalter2004",),
            )
        )
    if any(not isnan(split.pvalue) for each in found for split in each.splits):
        clauses.append(
            Clause(
                "Direct and indirect evidence were set against each other by node splitting"
                " (back-calculation), in loops of three comparisons, and between designs under a"
                " design-by-treatment interaction model; net heat plots show which design inconsistency comes"
                " from.",
                ("dias2010", "konig2013", "bucher1997", "jackson2014", "krahn2013"),
            )
        )
    samples = max(each.ranks.samples for each in found)
    clauses.append(
        Clause(
            "Treatments were ranked by P-scores, with the direction stated beside them; SUCRA and intervals"
            f" of the rank come from {samples:,} draws from the joint distribution of the estimates.",
            ("rucker2015", "salanti2011"),
        )
    )
    clauses.append(
        Clause(
            "What each direct comparison and each study contributes to an estimate was computed from the"
            " streams of evidence along shortest paths.",
            ("papakonstantinou2018",),
        )
    )
    return clauses


def _network_spread(ran: Sequence[AnalysisResult]) -> list[Clause]:
    parts = [part for each in ran if each.main.network is not None for part in each.main.network.components]
    method = joined(list(dict.fromkeys(each.main.network.method for each in ran if each.main.network)), "and")
    clauses = []
    if any(not isnan(part.tau2) for part in parts):
        clauses.append(
            Clause(
                f"One τ² was estimated for each connected part ({method}); intervals are normal"
                " and prediction intervals use t on the degrees of freedom (df) of Q.",
                ("viechtbauer2005", "higgins2009"),
            )
        )
        clauses.append(
            Clause(
                "Direct estimates in the league tables take this τ² and normal intervals, so they can differ"
                " from the forest plots, each of which estimates its own."
            )
        )
    if any(isnan(part.tau2) for part in parts):
        clauses.append(
            Clause(
                "Where Q has no degree of freedom left (no study or chain repeats what another shows), τ²"
                " cannot be estimated and the common effect is shown."
            )
        )
    if any(part.Q_inconsistency_dof > 0 for part in parts):
        clauses.append(Clause("Q was split into a part within and a part between designs.", ("higgins2012",)))
    return clauses
