"""Certainty of the evidence: absolute effects, the level that judgements lead to, and plain statements.

The certainty itself is judged by people; nothing here makes one up.
"""

from __future__ import annotations

from math import exp, isfinite, isnan, nan
from typing import TYPE_CHECKING

from metaan.errors import InputError
from metaan.format import RATIO_MEASURES
from metaan.results.grading import CERTAINTIES, DOMAINS, AbsoluteEffect

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["absolute_effect", "corresponding_risk", "graded", "statement"]

RISK_MEASURES = ("RR", "OR", "RD")
STARTS = {"high": 0, "low": 2}
"""Where randomised trials and observational studies begin among `CERTAINTIES`."""

VERBS = {"high": "results in", "moderate": "likely results in", "low": "may result in"}
SIZE_WORDS = {"large": "a large {}", "small": "a slight {}"}
ARTICLES = {"increase": "an increase", "reduction": "a reduction"}
NO_EVENT = "no event with the comparator: a ratio of risks says nothing of their difference"
ABOVE_ONE = "a corresponding risk above 1 is written as 1"
BELOW_ZERO = "a corresponding risk below 0 is written as 0"


def corresponding_risk(measure: str, effect: float, assumed: float) -> float:
    """Compute the risk with a treatment from the comparator's risk and an effect.

    Parameters
    ----------
    measure : str
        "RR", "OR" or "RD".
    effect : float
        As a person reads it: a ratio, or a difference of risks.
    assumed : float
        The comparator's risk, in [0, 1].

    Returns
    -------
    float
        May lie outside [0, 1] for RR and RD.

    Raises
    ------
    InputError
        For another measure, or a risk outside [0, 1].

    References
    ----------
    Schünemann HJ, Vist GE, Higgins JPT, et al. Chapter 15: Interpreting results and drawing conclusions. In:
    Cochrane Handbook for Systematic Reviews of Interventions, version 6.5. Cochrane, 2024; section 15.4.4.

    Examples
    --------
    >>> corresponding_risk("RR", 0.5, 0.2), round(corresponding_risk("OR", 0.5, 0.2), 4)
    (0.1, 0.1111)
    """
    if measure not in RISK_MEASURES:
        raise InputError(f"A risk follows from RR, OR or RD, not from {measure}.")
    if not 0 <= assumed <= 1:
        raise InputError(f"A risk lies between 0 and 1, and {assumed:g} does not.")
    if measure == "RR":
        return assumed * effect
    if measure == "RD":
        return assumed + effect
    return effect * assumed / (1 - assumed + effect * assumed)


def absolute_effect(measure: str, estimate: float, ci: tuple[float, float], assumed: float) -> AbsoluteEffect:
    """Turn an effect with its interval into risks and differences of risks.

    The interval is that of the effect alone: the comparator's risk is taken as known.

    Parameters
    ----------
    measure : str
        "RR", "OR" or "RD".
    estimate : float
        On the analysis scale: log for ratios.
    ci : (float, float)
        Likewise.
    assumed : float
        The comparator's risk, in [0, 1]; `nan` where it is not known.

    Returns
    -------
    AbsoluteEffect
        `nan` with a note where the comparator's risk is not known, or is 0 and the effect a ratio. A risk
        that would leave [0, 1] is written as its bound, with a note.

    Raises
    ------
    InputError
        As in `corresponding_risk`.

    References
    ----------
    Schünemann HJ, Higgins JPT, Vist GE, et al. Chapter 14: Completing 'Summary of findings' tables and
    grading the certainty of the evidence. In: Cochrane Handbook for Systematic Reviews of Interventions,
    version 6.5. Cochrane, 2024; section 14.1.5.

    Examples
    --------
    >>> from math import log
    >>> found = absolute_effect("RR", log(0.5), (log(0.25), log(1.0)), 0.2)
    >>> round(found.difference, 4), [round(limit, 4) for limit in found.difference_ci]
    (-0.1, [-0.15, 0.0])
    """
    if isnan(assumed):
        return _unknown(assumed, "the comparator's risk is not known")
    if assumed == 0 and measure in RATIO_MEASURES:
        return _unknown(assumed, NO_EVENT)
    raw = [_risk(measure, value, assumed) for value in (estimate, *ci)]
    notes = [ABOVE_ONE] * any(risk > 1 for risk in raw) + [BELOW_ZERO] * any(risk < 0 for risk in raw)
    risk, low, high = (min(max(value, 0.0), 1.0) if isfinite(value) else nan for value in raw)
    return AbsoluteEffect(
        assumed=assumed,
        risk=risk,
        risk_ci=(low, high),
        difference=risk - assumed,
        difference_ci=(low - assumed, high - assumed),
        notes=tuple(notes),
    )


def graded(start: str, judged: Mapping[str, str]) -> str:
    """Compute the level of certainty that judgements lead to, to be compared with the one that was given.

    Parameters
    ----------
    start : str
        "high" for randomised trials, "low" for observational studies.
    judged : mapping of str to str
        Id of a domain to its judgement; domains that nobody judged are left out.

    Returns
    -------
    str
        One of high, moderate, low and very low.

    Raises
    ------
    InputError
        For a start, a domain or a judgement that GRADE does not know.

    References
    ----------
    Guyatt GH, Oxman AD, Vist GE, et al. GRADE: an emerging consensus on rating quality of evidence and
    strength of recommendations. BMJ 2008;336:924-926.

    Examples
    --------
    >>> graded("high", {"risk_of_bias": "serious", "imprecision": "serious"})
    'low'
    >>> graded("low", {"large_effect": "very large"})
    'high'
    """
    if start not in STARTS:
        raise InputError(f"Certainty starts high or low, not “{start}”.")
    known = {domain.id: domain.steps for domain in DOMAINS}
    for domain, level in judged.items():
        if level not in known.get(domain, {}):
            raise InputError(f"“{level}” is no judgement of “{domain}”.")
    place = STARTS[start] - sum(known[domain][level] for domain, level in judged.items())
    return CERTAINTIES[min(max(place, 0), len(CERTAINTIES) - 1)]


def statement(
    certainty: str, *, size: str, higher: bool | None, outcome: str, first: str, second: str
) -> str:
    """Say a finding in the words of the GRADE working group for its certainty.

    Parameters
    ----------
    certainty : str
        As reviewers judged it.
    size : str
        As reviewers judged it: large, moderate, small, "little or none", or empty.
    higher : bool or None
        Whether the outcome is more with the first treatment; None where the estimate is neither.
    outcome, first, second : str
        Names to print.

    Returns
    -------
    str
        One sentence.

    Raises
    ------
    InputError
        For a certainty that GRADE does not know.

    References
    ----------
    Santesso N, Glenton C, Dahm P, et al. GRADE guidelines 26: informative statements to communicate the
    findings of systematic reviews of interventions. Journal of Clinical Epidemiology 2020;119:126-135.

    Examples
    --------
    >>> statement("low", size="", higher=True, outcome="drowsiness", first="Drug A", second="placebo")
    'Drug A may result in an increase in drowsiness compared with placebo.'
    >>> statement("very low", size="", higher=True, outcome="pain", first="Drug A", second="placebo")
    'The evidence is very uncertain about the effect of Drug A on pain compared with placebo.'
    """
    if certainty == "very low":
        return (
            f"The evidence is very uncertain about the effect of {first} on {outcome} compared with {second}."
        )
    if certainty not in VERBS:
        raise InputError(f"Certainty is one of {', '.join(CERTAINTIES)}, not “{certainty}”.")
    return f"{first} {VERBS[certainty]} {_change(size, higher)} in {outcome} compared with {second}."


def _change(size: str, higher: bool | None) -> str:
    if size == "little or none":
        return "little to no difference"
    if higher is None:
        return "no difference"
    word = "increase" if higher else "reduction"
    return SIZE_WORDS[size].format(word) if size in SIZE_WORDS else ARTICLES[word]


def _risk(measure: str, value: float, assumed: float) -> float:
    if isnan(value):
        return nan
    shown = exp(min(value, 700.0)) if measure in RATIO_MEASURES else value
    return corresponding_risk(measure, shown, assumed)


def _unknown(assumed: float, why: str) -> AbsoluteEffect:
    return AbsoluteEffect(
        assumed=assumed,
        risk=nan,
        risk_ci=(nan, nan),
        difference=nan,
        difference_ci=(nan, nan),
        notes=(why,),
    )
