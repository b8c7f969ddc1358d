"""The rankogram."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from metaan.errors import CannotDraw
from metaan.figures.drawing import render
from metaan.figures.rankogram import layout_rankogram, rankogram_figure
from metaan.results.frozen import frozen
from metaan.results.ranking import Rankogram

P = [[0.2, 0.3, 0.5], [0.7, 0.2, 0.1], [0.1, 0.5, 0.4]]
OPTIONS = {"names": {"a": "Aspirin", "b": "Placebo <&>"}, "outcome": "Pain"}


def ranks_of(treatments, probabilities, **more):
    """All values by hand from the probabilities."""
    p = np.array(probabilities)
    cumulative = p.cumsum(axis=1)
    ranks = np.arange(1, len(p) + 1)
    values = {
        "small_values": "desirable", "model": "random", "samples": 12345, "level": 0.95, "notes": (),
    } | more  # fmt: skip
    return Rankogram(
        treatments=tuple(treatments),
        probabilities=frozen(p),
        cumulative=frozen(cumulative),
        sucra=frozen(cumulative[:, :-1].sum(axis=1) / max(len(p) - 1, 1)),
        mean_rank=frozen(p @ ranks),
        median_rank=frozen([ranks[np.argmax(row >= 0.5)] for row in cumulative]),
        rank_low=frozen([ranks[np.argmax(row >= 0.025)] for row in cumulative]),
        rank_high=frozen([ranks[np.argmax(row >= 0.975)] for row in cumulative]),
        **values,
    )


def texts(layout):
    return [words.text for words in layout.sheet.words]


def test_the_best_by_sucra_stands_first():
    layout = layout_rankogram(ranks_of("abc", P), **OPTIONS)
    assert [panel.treatment for panel in layout.panels] == [1, 0, 2]  # 0.8, 0.35, 0.35: ties keep their order
    said = texts(layout)
    assert said.index("Placebo <&>") < said.index("Aspirin") < said.index("c")


def test_a_bar_is_as_tall_as_its_probability_and_the_line_adds_them_up():
    for panel in layout_rankogram(ranks_of("abc", P), **OPTIONS).panels:
        _, top, _, bottom = panel.frame
        tall = [(low - high) / (bottom - top) for _, high, _, low in panel.bars]
        assert tall == pytest.approx(P[panel.treatment])
        reached = [(bottom - y) / (bottom - top) for _, y in panel.steps]
        assert sorted(set(np.round(reached, 9))) == pytest.approx([0, *np.cumsum(P[panel.treatment])])
        assert reached == sorted(reached)


def test_bars_stand_side_by_side_inside_their_panel():
    for panel in layout_rankogram(ranks_of("abc", P), **OPTIONS).panels:
        assert all(a[2] < b[0] for a, b in pairwise(panel.bars))
        assert panel.frame[0] <= panel.bars[0][0]
        assert panel.bars[-1][2] <= panel.frame[2]


def test_sucra_rank_interval_direction_and_caution_are_printed():
    said = texts(layout_rankogram(ranks_of("abc", P, small_values="undesirable"), **OPTIONS))
    assert "SUCRA 80%" in said
    assert "Rank 1 (95%: 1 to 3)" in said
    joined = " ".join(said)
    assert "Small values are undesirable; rank 1 is the best." in joined
    assert (
        "A rank says neither how large the differences between treatments are nor how trustworthy" in joined
    )
    assert "From 12,345 draws of the random-effects estimates." in joined


def test_ranks_below_the_bars_never_touch(assert_tidy):
    for count in (2, 9, 10, 22, 60):
        even = np.full((count, count), 1 / count)
        layout = layout_rankogram(ranks_of([f"t{i}" for i in range(count)], even), **OPTIONS)
        assert_tidy(layout.sheet)
        assert len(layout.panels) == count


def test_words():
    ranks = ranks_of("abc", P, notes=("Of another component: d.",))
    drawing = rankogram_figure(ranks, id="r", **OPTIONS)
    assert drawing.alt == (
        "Rankogram: Pain. 3 treatments; highest SUCRA 80%: Placebo <&>, 95% rank interval 1 to 3."
    )
    assert "Placebo <&>: SUCRA 80%, rank 1 (95%: 1 to 3); probability of rank 1 70%, 2 20%, 3 10%." in (
        drawing.description
    )
    assert drawing.description.endswith("Of another component: d.")
    assert render(drawing, "svg") == render(rankogram_figure(ranks, id="r", **OPTIONS), "svg")


def test_long_names_leave_the_alt_text_whole():
    drawing = rankogram_figure(ranks_of("abc", P), id="r", names={"b": "N" * 200}, outcome="Outcome " * 30)
    assert len(drawing.alt) <= 150
    assert drawing.alt.endswith("95% rank interval 1 to 3.")


def test_one_treatment_has_no_rank():
    with pytest.raises(CannotDraw, match="it takes two treatments to rank, and there are 1"):
        rankogram_figure(ranks_of("a", [[1.0]]), id="r", **OPTIONS)
