"""Every word that a forest plot prints of its own accord stands in the table of words."""

from __future__ import annotations

import ast
import dataclasses
import re
import string
import typing
from math import nan
from pathlib import Path

import pytest

from metaan.figures import content, presets, sheet, single_forest
from metaan.figures.forest import forest_plot
from metaan.figures.network_forest import network_forest
from metaan.figures.node_split_forest import node_split_forest
from metaan.figures.numerals import Numerals
from metaan.figures.presets import METAAN
from metaan.figures.refit_forest import refit_forest
from metaan.figures.single_forest import ForestLine
from metaan.figures.single_forest import single_forest as draw_single
from metaan.figures.wording import ENGLISH
from metaan.format import MEASURE_NAMES
from metaan.results.network import NodeSplit
from metaan.sensitivity.influence import leave_one_out
from metaan.types import Axis, Direction, Kind, Sort, Status, Test

FIGURES = Path(content.__file__).parent
ROOMS = sorted(
    [*FIGURES.glob("*forest*.py"), *(FIGURES / f"{name}.py" for name in ("rob_badges", "layout", "columns"))]
)
VOCABULARY = (
    *(Axis, Direction, Kind, Sort, Status, Test, content.MarkKind, presets.ColumnKind, sheet.Align),
    single_forest.LineKind,
)
NAMES = {
    *(word for alias in VOCABULARY for word in typing.get_args(alias)),
    *MEASURE_NAMES,
    *("EE", "generic", "overall", "common", "wald", "rob"),  # models, kinds of columns and of data
    *("n", "events", "mean", "sd", "measure", "short", "model"),  # places in the words
    *("value", "interval", "limits", "null"),  # places too
    *("size", "room", "family"),  # arguments
    *("direct", "indirect", "network"),  # attributes of the table
}
"""Texts that the program itself reads: they are compared or looked up, and nobody sees them."""


class Strings(ast.NodeVisitor):
    """Texts of a module but for docstrings, annotations, exports, messages of errors and format codes."""

    def __init__(self):
        self.found = []

    def visit_Expr(self, node):
        if not isinstance(node.value, ast.Constant):
            self.generic_visit(node)

    def visit_Raise(self, node):
        pass

    def visit_AnnAssign(self, node):
        if node.value is not None:
            self.visit(node.value)

    def visit_arg(self, node):
        pass

    def visit_FunctionDef(self, node):
        for each in (*node.args.defaults, *node.args.kw_defaults, *node.body):
            if each is not None:
                self.visit(each)

    def visit_Assign(self, node):
        names = {target.id for target in node.targets if isinstance(target, ast.Name)}
        if "__all__" not in names:
            self.generic_visit(node)

    def visit_FormattedValue(self, node):
        self.visit(node.value)

    def visit_Constant(self, node):
        if isinstance(node.value, str):
            self.found.append((node.lineno, node.value))


def words_in(source):
    strings = Strings()
    strings.visit(ast.parse(source))
    for line, text in strings.found:
        plain = re.sub(r"\{[^{}]*\}", "", text)
        if any(letter.isalpha() for letter in plain) and text not in NAMES:
            yield line, text


@pytest.mark.parametrize("room", ROOMS, ids=[room.stem for room in ROOMS])
def test_a_room_of_forest_plots_has_no_words_of_its_own(room):
    source = room.read_text(encoding="utf-8")
    refusals = {"_refuse"}
    tree = ast.parse(source)
    kept = [each for each in tree.body if getattr(each, "name", "") not in refusals]
    assert list(words_in(ast.unparse(ast.Module(body=kept, type_ignores=[])))) == []


@pytest.mark.parametrize(
    "source",
    [
        'x = "Forest plot"',
        'x = f"{n} studies"',
        'x = ("a", "Without {study}")',
        'def f(a="Study"): return a',
        'x = y or "effect of"',
    ],
)
def test_the_search_finds_words(source):
    assert list(words_in(source))


def other_language(words):
    """Turn every word of a table into capitals, and keep the places that are filled in."""
    changed = {}
    for each in dataclasses.fields(words):
        found = getattr(words, each.name)
        if dataclasses.is_dataclass(found):
            changed[each.name] = other_language(found)
        elif isinstance(found, str):
            changed[each.name] = capitals(found)
        elif isinstance(found, tuple):
            changed[each.name] = tuple(
                capitals(part) if isinstance(part, str) else tuple(map(capitals, part)) for part in found
            )
        else:
            changed[each.name] = {key: capitals(text) for key, text in found.items()}
    return dataclasses.replace(words, **changed)


def capitals(pattern):
    parts = string.Formatter().parse(pattern)
    return "".join(
        text.upper() + ("" if name is None else f"{{{name}{':' + form if form else ''}}}")
        for text, name, form, _ in parts
    )


SHOUTED = dataclasses.replace(METAAN, wording=other_language(ENGLISH), numerals=Numerals(between=" TO "))


def lower_words(text, data):
    for each in sorted(data, key=len, reverse=True):
        text = text.replace(each, "")
    return re.findall(r"[a-zà-ÿ]{2,}", text)


def test_another_table_is_another_language(comparison, options, make_network):
    """A figure in capitals has no small letters but those of the data."""
    data = {*(study.label for study in comparison.studies), *options["names"].values(), options["outcome"]}
    plain = {**options, "preset": SHOUTED}
    drawings = [forest_plot(comparison, id="f", margin=(0.8, 1.5), **plain)]
    yi, vi = [-0.8, -0.3, -0.4], [0.07, 0.01, 0.006]
    drawings.append(
        refit_forest(
            leave_one_out(yi, vi),
            ["A1", "B1", "C1"],
            id="l",
            measure="RR",
            outcome="Drowsiness",
            direction="lower_better",
            names=("Carisoprodol", "Placebo"),
            preset=SHOUTED,
        )
    )
    lines = [ForestLine(kind="study", label="A1", estimate=0.5, low=0.25, high=1.0, weight=1.0)]
    drawings.append(draw_single(lines, id="s", title="T1", measure="RR", level=0.95, preset=SHOUTED))
    nodes = ["A1", "B1", "C1", "D1"]
    pairs = [[0, 2, 1, 0], [2, 0, 0, 0], [1, 0, 0, 0], [0] * 4]
    net = make_network(nodes, [0, -0.4, 0.3, 0.1], [nodes[:3], nodes[3:]], direct=pairs)
    told = {"measure": "RR", "names": {}, "outcome": "T1", "preset": SHOUTED}
    for scores in (None, dict.fromkeys(nodes, 0.5)):
        for direction in (None, "lower_better"):
            more = {"direction": direction, "scores": scores, "proportion_direct": scores}
            drawings.append(network_forest(net, id="n", reference="A1", **more, **told))
    split = NodeSplit(
        treat1="A1",
        treat2="B1",
        studies=2,
        direct=-0.5,
        direct_se=0.3,
        indirect=0.1,
        indirect_se=0.4,
        difference=-0.6,
        difference_se=0.5,
        pvalue=0.2,
        proportion_direct=0.6,
        notes=(),
    )
    only = dataclasses.replace(split, treat2="C1", indirect=nan, indirect_se=nan)
    drawings.append(node_split_forest((split, only), network=net, id="s", direction="lower_better", **told))
    for drawing in drawings:
        shown = " ".join(words.text for words in drawing.sheet.words)
        for text in (shown, drawing.title, drawing.alt, drawing.description):
            assert lower_words(text, data) == []
