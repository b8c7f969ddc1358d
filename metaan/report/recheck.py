"""The report's main analyses as an R script with frozen effects, for readers who trust R."""

from __future__ import annotations

from importlib.resources import files as resources
from math import isfinite, nan
from typing import TYPE_CHECKING

from metaan.format import canonical, total_variance
from metaan.tables.table import Cell, Column, Table, to_csv

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from metaan.results.network import Component, Network
    from metaan.results.pairwise import HeterogeneityInterval, Pooled
    from metaan.results.synthesis import AnalysisResult, Comparison

__all__ = ["r_text", "recheck_files"]

FOLDER = "recheck"
MARK = "#% checks\n"
TESTS = {"z": "z", "t": "t", "hksj": "knha", "adhoc": "adhoc"}
MODELS = ("common", "wald", "hksj", "adhoc")
LEAST_FOR_PREDICTION = 3
WORDS = ("study", "treat1", "treat2")


def recheck_files(analyses: Sequence[AnalysisResult], names: Mapping[str, str]) -> dict[str, str]:
    """Write the R script and the effects that it reads.

    Parameters
    ----------
    analyses : sequence of AnalysisResult
        Their main scenarios are run again: every comparison of two studies or more under each model that
        the report shows, and every connected part of a network.
    names : mapping of str to str
        Node to the name to print.

    Returns
    -------
    dict of str to str
        Path within the report to content. Expected numbers stand in the script, those of networks in
        estimates.csv; names stand in it only as escaped text, and treatments have numbers.

    References
    ----------
    Viechtbauer W. Conducting meta-analyses in R with the metafor package. Journal of Statistical Software
    2010; 36(3): 1-48.
    White IR, Barrett JK, Jackson D, Higgins JPT. Consistency and inconsistency in network meta-analysis:
    model estimation using multivariate meta-regression. Research Synthesis Methods 2012; 3: 111-125.
    """
    pairs = [
        (analysis, comparison)
        for analysis in analyses
        for comparison in analysis.main.comparisons
        if comparison.k > 1
    ]
    parts = [
        (analysis, network, part)
        for analysis in analyses
        if (network := analysis.main.network) is not None
        for part in network.components
        if len(part.treatments) > 2 or len(part.studies) > 1
    ]
    calls = [f"networks <- {len(parts)}"]
    for number, (analysis, comparison) in enumerate(pairs, start=1):
        calls += _pairwise_calls(number, analysis, comparison, names)
    calls += [_network_call(number, *each) for number, each in enumerate(parts, start=1)]
    template = resources("metaan.report").joinpath("templates/recheck.R").read_text(encoding="utf-8")
    return {
        f"{FOLDER}/recheck.R": template.replace(MARK, "\n".join([*calls, ""])),
        f"{FOLDER}/effects.csv": _csv(("set", "study", "yi", "vi"), _effects(c for _, c in pairs)),
        f"{FOLDER}/contrasts.csv": _csv(
            ("set", "study", "treat1", "treat2", "yi", "sei"), _contrasts(part[1:] for part in parts)
        ),
        f"{FOLDER}/estimates.csv": _csv(
            ("set", "treat1", "treat2", "estimate", "se", "common_estimate", "common_se"),
            _estimates(part[1:] for part in parts),
        ),
    }


def r_text(text: str) -> str:
    r"""Write a text as a string of R, in ASCII: nothing in it can end the string or be run.

    Examples
    --------
    >>> print(r_text('a"); q(); # \\ τ\n'))
    "a\"); q(); # \\ \u03c4 "
    """
    return f'"{"".join(map(_r_character, text))}"'


def _r_character(char: str) -> str:
    code = ord(char)
    if char in '"\\':
        return f"\\{char}"
    if code < 32 or 0x7F <= code < 0xA0 or 0xD800 <= code < 0xE000 or char in "\u2028\u2029":
        return " "
    if code < 0x7F:
        return char
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _pairwise_calls(
    number: int, analysis: AnalysisResult, comparison: Comparison, names: Mapping[str, str]
) -> Iterator[str]:
    pair = (names.get(node, node) for node in (comparison.treat1, comparison.treat2))
    about = f"{analysis.title}: {' versus '.join(pair)}"
    wald = comparison.wald
    unit = nan if wald is None else wald.se
    for model in MODELS:
        fit: Pooled | None = getattr(comparison, model)
        if fit is None:
            continue
        spread = comparison.heterogeneity if model == "wald" and fit.method != "EE" else None
        yield _call(
            "pairwise", number, about, fit.method, TESTS[fit.test], fit.level, _fit(fit, spread, unit)
        )


def _fit(fit: Pooled, spread: HeterogeneityInterval | None, unit: float) -> dict[str, float | None]:
    total = total_variance(fit.tau2, fit.I2)
    predicted = fit.k >= LEAST_FOR_PREDICTION and fit.method != "EE"
    return {
        "estimate": canonical(fit.estimate, unit),
        "se": canonical(fit.se, unit if fit.test == "hksj" else 0.0),
        "ci_low": canonical(fit.ci[0], unit),
        "ci_high": canonical(fit.ci[1], unit),
        "pvalue": canonical(fit.pvalue),
        "tau2": canonical(fit.tau2, total),
        "I2": canonical(fit.I2, 1.0),
        "Q": canonical(fit.Q, fit.Q_dof),
        "pi_low": canonical(fit.prediction[0], unit) if predicted else None,
        "pi_high": canonical(fit.prediction[1], unit) if predicted else None,
        **_limits(spread),
    }


def _limits(spread: HeterogeneityInterval | None) -> dict[str, float | None]:
    if spread is None:
        return {"tau2_low": None, "tau2_high": None}
    pairs = zip(spread.tau2, spread.I2, strict=True)
    low, high = (canonical(tau2, total_variance(tau2, share)) for tau2, share in pairs)
    return {"tau2_low": low, "tau2_high": high}


def _network_call(number: int, analysis: AnalysisResult, network: Network, part: Component) -> str:
    about = f"{analysis.title}, network"
    if len(network.components) > 1:
        about += f" of {', '.join(part.treatments)}"
    free = network.method != "EE" and isfinite(part.tau2)
    expected = {
        "tau2": canonical(part.tau2, total_variance(part.tau2, part.I2)) if free else None,
        "Q": canonical(part.Q, part.Q_dof),
    }
    return _call("network", number, about, network.method, None, network.level, expected)


def _call(
    what: str,
    number: int,
    about: str,
    method: str,
    test: str | None,
    level: float,
    expected: Mapping[str, float | None],
) -> str:
    told = [str(number), r_text(about), r_text(method), *([] if test is None else [r_text(test)])]
    told.append(f"{canonical(100 * level):.10g}")
    values = ", ".join(f"{name} = {_r_number(value)}" for name, value in expected.items())
    return f"{what}({', '.join(told)}, c({values}))"


def _r_number(value: float | None) -> str:
    return "NA" if value is None else f"{value:.10g}"


def _effects(comparisons: Iterable[Comparison]) -> Iterator[tuple[object, ...]]:
    for number, comparison in enumerate(comparisons, start=1):
        for one in comparison.studies:
            if one.estimable:
                yield number, one.label, one.yi, one.sei**2


def _contrasts(parts: Iterable[tuple[Network, Component]]) -> Iterator[tuple[object, ...]]:
    for number, (network, part) in enumerate(parts, start=1):
        used = network.contrasts
        rows = zip(used.study, used.treat1, used.treat2, used.yi, used.sei, strict=True)
        yield from ((number, *row) for row in rows if row[1] in part.treatments)


def _estimates(parts: Iterable[tuple[Network, Component]]) -> Iterator[tuple[object, ...]]:
    for number, (network, part) in enumerate(parts, start=1):
        place = {node: index for index, node in enumerate(network.treatments)}
        for index, one in enumerate(part.treatments):
            for other in part.treatments[index + 1 :]:
                at = place[one], place[other]
                yield (
                    number,
                    one,
                    other,
                    network.estimate[at],
                    network.se[at],
                    network.common_estimate[at],
                    network.common_se[at],
                )


def _csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    columns = tuple(Column(name=name, title=name, numeric=name not in WORDS) for name in header)
    cells = tuple(
        tuple(Cell("", float(value)) if isinstance(value, float | int) else Cell(str(value)) for value in row)
        for row in rows
    )
    return to_csv(Table(id="frozen", title="", columns=columns, rows=cells))
