r"""Numbers for a manuscript, so that none is typed by hand: LaTeX commands, and the same as JSON.

A name is made of the analysis' id, the pair of treatments and the quantity, letters only, digits spelled:

* `\reliefAlphaVsControlEstimate` of a direct comparison (the interval that the plan's rule chose),
* `\reliefAnswerAlphaVsControlEstimate` of the answer to a question of the review,
* `\reliefNetworkAlphaVsControlEstimate` of a network, `\reliefNetworkTauTwo` of the whole of it,
* `\reliefMeasure`, `\reliefLevel` of the analysis.

Quantities are Estimate, Low, High, Full (the estimate with its interval), P, K, N, TauTwo, ITwo, Q, QDf, QP,
Prediction, PredictionLow, PredictionHigh and Evidence, each where the report has it. Names that would be
equal all carry a code of their own behind them, so that no name depends on what else was analysed before it.
A number that cannot be given is an en dash, so that a manuscript never loses a command.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from itertools import chain
from math import isnan, nan
from statistics import NormalDist
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from metaan.format import (
    DASH,
    back_transform,
    canonical,
    effect,
    effect_with_interval,
    fixed,
    interval,
    measure_name,
    percent,
    pvalue,
    shown_scale,
    total_variance,
    variance,
)
from metaan.report.canonical import write_canonical
from metaan.report.finding_numbers import findings_named, flow_named
from metaan.report.quantity import Named, Quantity
from metaan.tables.latex_text import latex_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from metaan.report.pairs import Order
    from metaan.results.asymmetry import Asymmetry
    from metaan.results.network import Network
    from metaan.results.pairwise import HeterogeneityInterval
    from metaan.results.summary import Finding
    from metaan.results.synthesis import AnalysisResult, Answer, Comparison
    from metaan.types import Interval

__all__ = ["Number", "manuscript_numbers", "numbers_json", "numbers_tex"]

SPELLED = dict(
    zip(
        "0123456789",
        ("Zero", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine"),
        strict=True,
    )
)
CODE_LENGTH = 6
LEAST_FOR_PREDICTION = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """One number of the report, ready for a sentence.

    Attributes
    ----------
    name : str
        Letters only.
    text : str
        As the report prints it.
    value : float or None
        The number behind it, on the scale on which it is read; None for words and where there is none.
    meaning : str
        What it is, in words.
    place : str
        Where results.json has it.
    """

    name: str
    text: str
    value: float | None
    meaning: str
    place: str


def manuscript_numbers(
    analyses: Sequence[AnalysisResult],
    names: Mapping[str, str],
    order: Order,
    *,
    findings: Sequence[Finding] = (),
    counts: Mapping[str, tuple[str, int]] = MappingProxyType({}),
) -> tuple[Number, ...]:
    """Name every number of the main analyses that a manuscript may want.

    Parameters
    ----------
    analyses : sequence of AnalysisResult
        Their main scenarios count.
    names : mapping of str to str
        Node to the name to print.
    order : Order
        Which treatment of a network's pair is named first.
    findings : sequence of Finding
        The summary of findings.
    counts : mapping of str to (str, int)
        Box of the flow of records and reports to what was counted, and how many there were.

    Returns
    -------
    tuple of Number
        In the order of the report; no name stands twice.
    """
    named = [
        *chain.from_iterable(_of_analysis(each, names, order) for each in analyses),
        *findings_named(findings, names),
        *flow_named(counts),
    ]
    plain = [_letters(each.parts) for each in named]
    often = Counter(plain)
    return tuple(
        Number(
            name=name if often[name] == 1 else name + _code(each.parts),
            text=each.found.text,
            value=each.found.value,
            meaning=f"{each.about}: {each.found.meaning}",
            place=f"{each.place}.{each.found.key}",
        )
        for name, each in zip(plain, named, strict=True)
    )


def numbers_tex(numbers: Iterable[Number]) -> str:
    r"""Write numbers as LaTeX commands.

    Parameters
    ----------
    numbers : iterable of Number
        Each becomes a command, below a comment that says what it is.

    Returns
    -------
    str
        For `\input{numbers}` in a preamble.

    Examples
    --------
    >>> one = Number(name="painI", text="−0.50", value=-0.5, meaning="Pain: it", place="analyses[pain].x")
    >>> print(numbers_tex([one]).splitlines()[-1])
    \newcommand{\painI}{\ensuremath{-}0.50}% Pain: it
    """
    head = "% Numbers of the report: \\input{numbers} in the preamble, then \\name{} in the text.\n"
    lines = (
        f"\\newcommand{{\\{each.name}}}{{{latex_text(each.text)}}}% {_comment(each.meaning)}\n"
        for each in numbers
    )
    return head + "".join(lines)


def numbers_json(numbers: Iterable[Number]) -> bytes:
    """Write numbers as JSON under the names that LaTeX has them."""
    document: dict[str, Any] = {
        each.name: {
            "text": each.text,
            "value": each.value,
            "meaning": each.meaning,
            "results": each.place,
        }
        for each in numbers
    }
    return write_canonical(document)


def _of_analysis(analysis: AnalysisResult, names: Mapping[str, str], order: Order) -> Iterator[Named]:
    measure, main = analysis.main.measure, analysis.main
    own, place = (analysis.id,), f"analyses[{analysis.id}]"
    level = f"{100 * analysis.level:g}%"
    yield Named((*own, "measure"), f"{place}.main", analysis.title, _measure(measure))
    yield Named(
        (*own, "level"),
        place,
        analysis.title,
        Quantity("level", level, analysis.level, "confidence level", "level"),
    )
    for comparison in main.comparisons:
        pair = (comparison.treat1, comparison.treat2)
        where = f"{place}.main.comparisons[{pair[0]} : {pair[1]}]"
        about = f"{analysis.title}, {_words(pair, names)}, direct comparison"
        for each in _of_comparison(comparison, measure):
            yield Named((*own, *_pair(pair), each.quantity), where, about, each)
    for answer in main.answers:
        pair = (answer.treat1, answer.treat2)
        where = f"{place}.main.answers[{pair[0]} : {pair[1]}]"
        about = f"{analysis.title}, {_words(pair, names)}, answer"
        for each in _of_answer(answer, measure):
            yield Named((*own, "answer", *_pair(pair), each.quantity), where, about, each)
    if main.network is not None:
        yield from _of_network(analysis, main.network, names, order)


def _of_network(
    analysis: AnalysisResult, network: Network, names: Mapping[str, str], order: Order
) -> Iterator[Named]:
    own, place = (analysis.id, "network"), f"analyses[{analysis.id}].main.network"
    about = f"{analysis.title}, network"
    for each in _spread(network):
        yield Named((*own, each.quantity), place, about, each)
    index = {node: number for number, node in enumerate(network.treatments)}
    nodes = sorted(network.treatments, key=order.key)
    half = NormalDist().inv_cdf((1 + network.level) / 2)
    for number, one in enumerate(nodes):
        for other in nodes[number + 1 :]:
            pair = order.pair(one, other)
            at = index[pair[0]], index[pair[1]]
            estimate, se = float(network.estimate[at]), float(network.se[at])
            ci = (estimate - half * se, estimate + half * se)
            prediction = (float(network.prediction_low[at]), float(network.prediction_high[at]))
            for each in (
                *_effect(estimate, se, ci, analysis.main.measure),
                *_prediction(prediction, se, analysis.main.measure),
                _count(
                    "k", int(network.direct_studies[at]), "studies in direct comparison", "direct_studies"
                ),
            ):
                where = f"{place}.effects[{pair[0]} : {pair[1]}]"
                said = f"{about}, {_words(pair, names)}"
                yield Named((*own, *_pair(pair), each.quantity), where, said, each)


def _of_comparison(comparison: Comparison, measure: str) -> Iterator[Quantity]:
    fit, fits = comparison.main, f"fits.{comparison.headline if comparison.k > 1 else 'wald'}."
    unit = nan if comparison.wald is None else comparison.wald.se
    estimate = (nan, (nan, nan)) if fit is None else (fit.estimate, fit.ci)
    yield from _effect(estimate[0], unit, estimate[1], measure, fits)
    p = nan if fit is None else fit.pvalue
    yield Quantity("p", pvalue(p), canonical(p), "p-value of the test against no effect", f"{fits}pvalue")
    yield _count("k", comparison.k, "studies", "k")
    yield _count("n", comparison.n, "participants", "n")
    if fit is None or comparison.k < 2:
        return
    known = fit.k >= LEAST_FOR_PREDICTION and fit.method != "EE"
    yield from _prediction(fit.prediction if known else (nan, nan), unit, measure, fits)
    tau2 = canonical(fit.tau2, total_variance(fit.tau2, fit.I2))
    yield Quantity("tau2", variance(fit.tau2), tau2, "between-study variance", f"{fits}tau2")
    yield Quantity("i2", percent(fit.I2), canonical(fit.I2, 1.0), "I2, from tau2", f"{fits}I2")
    yield from _test(fit.Q, fit.Q_dof, fit.Q_pvalue, fits)
    yield from _heterogeneity(comparison.heterogeneity)
    yield from _asymmetry(comparison.asymmetry)


def _heterogeneity(found: HeterogeneityInterval | None) -> Iterator[Quantity]:
    if found is None:
        return
    for end, tau2, I2 in zip(("low", "high"), found.tau2, found.I2, strict=True):
        at, said = "heterogeneity", f"{end} end of the interval of"
        value = canonical(tau2, total_variance(tau2, I2))
        yield Quantity(f"tau2-{end}", variance(tau2), value, f"{said} tau2", f"{at}.tau2.{end}")
        yield Quantity(f"i2-{end}", percent(I2), canonical(I2, 1.0), f"{said} I2", f"{at}.I2.{end}")


def _asymmetry(found: Asymmetry | None) -> Iterator[Quantity]:
    """Give the test of small-study effects that the measure chose."""
    if found is None:
        return
    test, at = found.main, f"asymmetry.tests[{found.chosen}]"
    yield Quantity("small-study-test", test.words, None, "test of small-study effects", f"{at}.words")
    p = test.pvalue
    yield Quantity("small-study-p", pvalue(p), canonical(p), "its p-value", f"{at}.pvalue")


def _of_answer(answer: Answer, measure: str) -> Iterator[Quantity]:
    yield from _effect(answer.estimate, answer.se, (answer.ci_low, answer.ci_high), measure)
    yield Quantity("evidence", answer.evidence, None, "kind of evidence", "evidence")
    yield _count("k", answer.k, "studies in direct comparison", "k")
    yield _count("n", answer.n, "participants in direct comparison", "n")


def _spread(network: Network) -> Iterator[Quantity]:
    yield _count("treatments", len(network.treatments), "number of treatments", "treatments")
    yield _count("studies", len(network.studies), "number of studies", "studies")
    tau2 = canonical(network.tau2, total_variance(network.tau2, network.I2))
    yield Quantity("tau2", variance(network.tau2), tau2, "between-study variance", "tau2")
    yield Quantity("i2", percent(network.I2), canonical(network.I2, 1.0), "I2", "I2")
    yield from _test(network.Q, network.Q_dof, network.Q_pvalue)


def _effect(estimate: float, se: float, ci: Interval, measure: str, at: str = "") -> Iterator[Quantity]:
    scale = shown_scale(se, measure)
    told = (("estimate", estimate, "estimate"), ("low", ci[0], "ci.low"), ("high", ci[1], "ci.high"))
    for quantity, value, key in told:
        meaning = "estimate" if quantity == "estimate" else f"{quantity} end of the confidence interval"
        shown = canonical(back_transform(value, measure), scale)
        yield Quantity(quantity, effect(value, measure), shown, meaning, f"{at}shown.{key}")
    full = DASH if isnan(estimate) else effect_with_interval(estimate, *ci, measure)
    yield Quantity("full", full, None, "estimate with its confidence interval", f"{at}shown")


def _prediction(limits: Interval, se: float, measure: str, at: str = "") -> Iterator[Quantity]:
    text = DASH if isnan(limits[0]) else interval(*limits, measure)
    yield Quantity("prediction", text, None, "prediction interval", f"{at}shown.prediction")
    for end, value in zip(("low", "high"), limits, strict=True):
        shown = canonical(back_transform(value, measure), shown_scale(se, measure))
        yield Quantity(
            f"prediction-{end}",
            effect(value, measure),
            shown,
            f"{end} end of the prediction interval",
            f"{at}shown.prediction.{end}",
        )


def _test(q: float, dof: float, p: float, at: str = "") -> Iterator[Quantity]:
    yield Quantity("q", fixed(q), canonical(q, dof), "Cochran's Q", f"{at}Q")
    yield Quantity("q-df", fixed(dof, 0), canonical(dof), "its degrees of freedom", f"{at}Q_dof")
    yield Quantity("q-p", pvalue(p), canonical(p), "its p-value", f"{at}Q_pvalue")


def _measure(measure: str) -> Quantity:
    return Quantity("measure", measure_name(measure), None, "effect measure", "measure")


def _count(quantity: str, number: int, meaning: str, key: str) -> Quantity:
    return Quantity(quantity, f"{number:,}", float(number), meaning, key)


def _pair(pair: tuple[str, str]) -> tuple[str, str, str]:
    return pair[0], "vs", pair[1]


def _words(pair: tuple[str, str], names: Mapping[str, str]) -> str:
    return f"{names.get(pair[0], pair[0])} versus {names.get(pair[1], pair[1])}"


def _letters(parts: Iterable[str]) -> str:
    """Join the words of a name, letters only; a part that loses a letter so gets a code in its stead."""
    name = "".join(_part(part) for part in parts)
    return name[:1].lower() + name[1:]


@cache
def _part(part: str) -> str:
    folded = "".join(c for c in unicodedata.normalize("NFKD", part) if not unicodedata.combining(c))
    kept = "".join(c if c.isascii() and c.isalnum() else " " for c in folded)
    words = "".join(word[:1].upper() + word[1:] for word in kept.split())
    spelled = "".join(SPELLED.get(char, char) for char in words)
    lost = any(c.isalnum() and not c.isascii() for c in folded)
    return spelled + (_code((part,)).capitalize() if lost or not spelled else "")


def _code(parts: Iterable[str]) -> str:
    digest = sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
    return "".join(chr(ord("a") + int(digit, 16)) for digit in digest[:CODE_LENGTH])


def _comment(text: str) -> str:
    if not text.isprintable():
        text = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in text)
    return " ".join(text.split())
