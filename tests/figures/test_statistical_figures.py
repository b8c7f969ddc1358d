"""What the statistical figures show, and when they are refused."""

from __future__ import annotations

from dataclasses import replace
from math import hypot, sqrt

import numpy as np
import pytest
from scipy.stats import norm
from scipy.stats import t as student

from metaan import asymmetry, effect_sizes, influence_diagnostics, pool, trim_and_fill
from metaan.errors import CannotDraw
from metaan.figures.baujat import baujat_plot, layout_baujat
from metaan.figures.drapery import drapery_plot, layout_drapery
from metaan.figures.funnel import funnel_plot, layout_funnel
from metaan.figures.influence_panel import influence_panel, layout_influence
from metaan.figures.labbe import labbe_plot, layout_labbe
from metaan.figures.plane import crosses
from metaan.figures.radial import layout_radial, radial_plot

CELLS = {
    "ai": [4, 6, 3, 62, 33, 180, 8, 505, 29, 17, 186, 5, 27],
    "n1i": [123, 306, 231, 13598, 5069, 1541, 2545, 88391, 7499, 1716, 50634, 2498, 16913],
    "ci": [11, 29, 11, 248, 47, 372, 10, 499, 45, 65, 141, 3, 29],
    "n2i": [139, 303, 220, 12867, 5808, 1451, 629, 88391, 7277, 1665, 27338, 2341, 17854],
}
EFFECTS = effect_sizes("RR", **CELLS)
YI, VI = EFFECTS.yi, EFFECTS.vi
FIT = pool(YI, VI)
LABELS = [f"Placeholder {letter}" for letter in "ABCDEFGHIJKLM"]
OPTIONS = {"measure": "RR", "labels": LABELS, "outcome": "Tuberculosis"}


def texts(layout):
    return [words.text for words in layout.sheet.words]


def test_funnel_points_stand_where_their_numbers_are():
    layout = layout_funnel(FIT, YI, VI, **OPTIONS)
    for dot, y, v in zip(layout.dots, YI, VI, strict=True):
        assert dot.x == pytest.approx(layout.across.place(y))
        share = (dot.y - layout.down.left) / (layout.down.right - layout.down.left)
        assert share == pytest.approx(sqrt(v) / layout.down.high)


def test_contours_are_those_of_p_values_around_no_effect():
    layout = layout_funnel(FIT, YI, VI, **OPTIONS)
    null = layout.across.place(0.0)
    for shape, p in zip(layout.contours[1:], (0.01, 0.05, 0.10), strict=True):
        assert shape.points[0] == (null, layout.down.left)
        for x, y in shape.points[1:]:
            se = (y - layout.down.left) / (layout.down.right - layout.down.left) * layout.down.high
            effect = layout.across.low + (x - layout.across.left) / (
                layout.across.right - layout.across.left
            ) * (layout.across.high - layout.across.low)
            at_side = min(abs(effect - layout.across.low), abs(effect - layout.across.high)) < 1e-9
            assert at_side or 2 * norm.sf(abs(effect) / se) == pytest.approx(p, rel=1e-6)


def test_the_mean_has_a_line_of_its_own():
    layout = layout_funnel(FIT, YI, VI, **OPTIONS)
    dashed = [line for line in layout.sheet.lines if line.dashed and line.start[0] == line.end[0]]
    assert [line.start[0] for line in dashed] == [layout.across.place(FIT.estimate)]
    assert "Risk ratio (log scale)" in texts(layout)
    assert {"P ≥ 0.10", "0.05 ≤ P < 0.10", "0.01 ≤ P < 0.05", "P < 0.01"} <= set(texts(layout))


def test_a_single_group_has_no_value_of_no_effect():
    layout = layout_funnel(FIT, YI, VI, **{**OPTIONS, "measure": "PLO"})
    assert layout.contours == ()
    assert "No effect" not in texts(layout)
    assert "Proportion (logit)" in texts(layout)


def test_the_chosen_test_is_told_and_never_publication_bias_alone():
    found = asymmetry(YI, VI, measure="RR", cells=CELLS)
    layout = layout_funnel(FIT, YI, VI, asymmetry=found, **OPTIONS)
    said = " ".join(texts(layout))
    assert "Egger's regression: slope −2.11, t = −1.40 (df = 11), P = 0.19." in said
    assert "not published are one, and heterogeneity" in said
    drawing = funnel_plot(FIT, YI, VI, id="f", asymmetry=found, **OPTIONS)
    assert "publication bias" not in f"{said} {drawing.description} {drawing.alt} {drawing.title}"
    assert drawing.alt == "Funnel plot: Tuberculosis. 13 studies, risk ratio 0.49 (0.33 to 0.73)."
    assert "in the region of P below 0.01" in drawing.description


def test_force_draws_with_a_warning():
    fit = pool(YI[:5], VI[:5])
    options = {**OPTIONS, "labels": LABELS[:5]}
    with pytest.raises(CannotDraw, match="asymmetry cannot be judged below 10 studies, and there are 5"):
        funnel_plot(fit, YI[:5], VI[:5], id="f", **options)
    found = asymmetry(YI[:5], VI[:5], measure="RR", force=True)
    said = texts(layout_funnel(fit, YI[:5], VI[:5], asymmetry=found, force=True, **options))
    assert said.count("k < 10, asymmetry cannot be judged.") == 1


def test_studies_filled_in_are_open_and_called_a_sensitivity_analysis(assert_tidy):
    filled = trim_and_fill(YI, VI)
    layout = layout_funnel(FIT, YI, VI, filled=filled, **OPTIONS)
    plain = layout_funnel(FIT, YI, VI, **OPTIONS)
    assert len(layout.sheet.shapes) == len(plain.sheet.shapes) + filled.k0 + 1
    assert "sensitivity analysis): 1" in " ".join(texts(layout))
    assert_tidy(layout.sheet)
    told = funnel_plot(FIT, YI, VI, id="f", filled=filled, **OPTIONS).description
    for said in (told, " ".join(texts(layout))):
        assert "a sensitivity analysis, adds 1 on the right; the pooled risk ratio is then 0.52" in said


def test_no_name_stands_on_a_study_filled_in():
    yi, sei = [-1.6, -0.3, -0.2, -0.25, -0.1, -0.4, -0.3, -0.35, -0.15, -0.2], [0.5, *[0.12] * 9]
    vi = np.square(sei)
    fit, filled = pool(yi, vi, method="EE"), trim_and_fill(yi, vi, method="EE")
    beside = replace(filled, yi=np.array([-1.45]), vi=np.array([0.25]))
    options = {**OPTIONS, "labels": [f"Placeholder {i}" for i in range(10)]}
    layout = layout_funnel(fit, yi, vi, filled=beside, **options)
    x, y = layout.across.place(-1.45), layout.down.place(0.5)
    (name,) = (words for words in layout.sheet.words if words.text == "Placeholder 0")
    left, top, right, bottom = name.box
    assert not (left < x < right and top < y < bottom)


def test_nothing_filled_in_is_said_too():
    filled = trim_and_fill(YI, VI, side="left")
    said = texts(layout_funnel(FIT, YI, VI, filled=filled, **OPTIONS))
    assert filled.k0 == 0
    assert "Trim and fill, a sensitivity analysis, adds no study." in said


def test_labbe_shows_risks_areas_and_the_pooled_effect():
    layout = layout_labbe(FIT, YI, VI, cells=CELLS, groups=("BCG", "nothing"), **OPTIONS)
    for i, dot in enumerate(layout.dots):
        assert dot.x == pytest.approx(layout.across.place(CELLS["ci"][i] / CELLS["n2i"][i]))
        assert dot.y == pytest.approx(layout.up.place(CELLS["ai"][i] / CELLS["n1i"][i]))
    areas = np.array([dot.radius**2 for dot in layout.dots])
    np.testing.assert_allclose(areas / areas.max(), FIT.weights / FIT.weights.max())
    (x0, y0), (x1, y1) = layout.effect.points[0], layout.effect.points[-1]
    assert (y0 - y1) / (x1 - x0) == pytest.approx(np.exp(FIT.estimate))
    assert {"Risk with nothing (%)", "Risk with BCG (%)"} <= set(texts(layout))


def test_no_name_of_a_labbe_plot_stands_on_a_line():
    n = np.array([200.0] * 9)
    second = np.array([20.0, 52.0, 60.0, 66.0, 78.0, 120.0, 124.0, 140.0, 152.0])
    first = np.array([11.0, 28.0, 20.0, 44.0, 38.0, 80.0, 74.0, 104.0, 118.0])
    cells = {"ai": first, "n1i": n, "ci": second, "n2i": n}
    effects = effect_sizes("OR", **cells)
    labels = [f"Placeholder with a long name {i}" for i in range(9)]
    options = {**OPTIONS, "measure": "OR", "labels": labels}
    layout = layout_labbe(pool(effects.yi, effects.vi), effects.yi, effects.vi, cells=cells, **options)
    (identity,) = (each for each in layout.sheet.lines if each.dashed and each.start[1] != each.end[1])
    names = [words for words in layout.sheet.words if words.text.startswith("Placeholder")]
    assert names
    for words in names:
        assert not crosses((identity.start, identity.end), words.box)
        assert not crosses(layout.effect.points, words.box)


@pytest.mark.parametrize("measure", ["OR", "RD", "AS", "PETO"])
def test_the_curve_of_other_measures(measure):
    effects = effect_sizes(measure, **CELLS)
    fit = pool(effects.yi, effects.vi)
    options = {**OPTIONS, "measure": measure}
    layout = layout_labbe(fit, effects.yi, effects.vi, cells=CELLS, **options)
    x, y = layout.effect.points[len(layout.effect.points) // 2]
    unit = layout.across.high - layout.across.low
    second = layout.across.low + (x - layout.across.left) / (layout.across.right - layout.across.left) * unit
    first = layout.up.low + (layout.up.left - y) / (layout.up.left - layout.up.right) * unit
    many = 1e9
    table = {"ai": [first * many], "n1i": [many], "ci": [second * many], "n2i": [many]}
    found = effect_sizes("OR" if measure == "PETO" else measure, **table)
    assert float(found.yi[0]) == pytest.approx(fit.estimate, rel=1e-6)


def test_a_ray_through_a_study_is_its_effect():
    layout = layout_radial(FIT, YI, VI, **OPTIONS)
    across, up = layout.across, layout.up
    assert layout.origin == 0
    x0, y0 = across.left, up.place(0.0)
    for effect, (x, y) in layout.arc:
        z = (y0 - y) / (up.left - up.right) * (up.high - up.low)
        precision = (x - x0) / (across.right - across.left) * across.high
        assert z / precision == pytest.approx(effect, abs=1e-9)
    for dot, y, v in zip(layout.dots, YI, VI, strict=True):
        precision = 1 / sqrt(v + FIT.tau2)
        assert dot.x == pytest.approx(across.place(precision))
        assert dot.y == pytest.approx(up.place(y * precision))
    radii = {round(hypot(x - x0, y - y0), 6) for _, (x, y) in layout.arc}
    assert len(radii) == 1


def test_effects_far_from_nothing_are_measured_from_the_mean():
    layout = layout_radial(pool(YI + 100, VI), YI + 100, VI, **{**OPTIONS, "measure": "MD"})
    assert layout.origin == pytest.approx(FIT.estimate + 100)
    assert "Standardised distance from the mean" in texts(layout)
    assert "Effects are measured from the mean, so that its line is level." in texts(layout)


def test_curves_of_the_drapery_are_p_values():
    layout = layout_drapery(FIT, YI, VI, **OPTIONS)
    assert "No effect" in texts(layout)

    def read(curve):
        for x, y in curve.points:
            share = (x - layout.across.left) / (layout.across.right - layout.across.left)
            value = layout.across.low + share * (layout.across.high - layout.across.low)
            yield value, (layout.up.left - y) / (layout.up.left - layout.up.right)

    for curve, y, v in zip(layout.studies, YI, VI, strict=True):
        for value, p in read(curve):
            assert p == pytest.approx(2 * norm.sf(abs(value - y) / sqrt(v)), abs=1e-9)
    for value, p in read(layout.mean):
        distance = abs(value - FIT.estimate) / FIT.se
        assert p == pytest.approx(2 * student.sf(distance, FIT.dof), abs=1e-9)
    assert max(p for _, p in read(layout.mean)) == pytest.approx(1.0)
    assert {"90% interval", "95% interval", "99% interval"} <= set(texts(layout))


def test_no_prediction_where_there_is_none():
    fit = pool(YI[:2], VI[:2])
    drawing = drapery_plot(fit, YI[:2], VI[:2], id="d", **{**OPTIONS, "labels": LABELS[:2]})
    assert "No prediction region" in drawing.description
    common = pool(YI, VI, method="EE", test="z")
    assert "No prediction region" in drapery_plot(common, YI, VI, id="d", **OPTIONS).description
    assert "prediction interval 0.14 to 1.76" in drapery_plot(FIT, YI, VI, id="d", **OPTIONS).description


def test_baujat_stands_on_the_diagnostics_and_names_extremes_only():
    found = influence_diagnostics(YI, VI)
    layout = layout_baujat(FIT, YI, VI, **OPTIONS)
    for dot, x, y in zip(layout.dots, found.baujat_x, found.baujat_y, strict=True):
        assert (dot.x, dot.y) == pytest.approx((layout.across.place(x), layout.up.place(y)))
    named = set(texts(layout)) & set(LABELS)
    assert {"Placeholder D", "Placeholder H"} <= named
    assert "Placeholder A" not in named


def test_influence_panel_stands_on_the_diagnostics():
    found = influence_diagnostics(YI, VI)
    layout = layout_influence(FIT, YI, VI, **OPTIONS)
    columns = (
        found.rstudent,
        found.dffits,
        found.cook,
        found.cov_ratio,
        found.tau2_deleted,
        found.QE_deleted,
        100 * found.hat,
    )
    for scale, dots, values in zip(layout.scales, layout.dots, columns, strict=True):
        assert [dot.x for dot in dots] == pytest.approx([scale.place(value) for value in values])
        assert scale.low <= values.min() <= values.max() <= scale.high
    assert set(LABELS) <= set(texts(layout))


def test_an_influential_study_is_marked_without_colour_too():
    yi, vi = [*YI, 3.0], [*VI, 0.001]
    options = {**OPTIONS, "labels": [*LABELS, "Outlier"]}
    fit = pool(yi, vi)
    layout = layout_influence(fit, yi, vi, **options)
    assert "Outlier*" in texts(layout)
    diamonds = [shape for shape in layout.sheet.shapes if len(shape.points) == 4]
    assert len(diamonds) == 7
    drawing = influence_panel(fit, yi, vi, id="i", **options)
    assert "1 study marked as influential" in drawing.alt
    assert drawing.description.count(", influential.") == 1


DRAWS = {
    "funnel plot": (funnel_plot, 10),
    "L'Abbé plot": (labbe_plot, 3),
    "radial plot": (radial_plot, 5),
    "drapery plot": (drapery_plot, 2),
    "Baujat plot": (baujat_plot, 4),
    "influence panel": (influence_panel, 5),
}


@pytest.mark.parametrize(("kind", "draw", "least"), [(kind, *row) for kind, row in DRAWS.items()])
def test_too_few_studies_are_refused_with_the_reason(kind, draw, least):
    for k in (least, least - 1):
        cells = {name: values[:k] for name, values in CELLS.items()}
        more = {"cells": cells} if draw is labbe_plot else {}
        arguments = (pool(YI[:k], VI[:k]), YI[:k], VI[:k])
        options = {"id": "f", **OPTIONS, "labels": LABELS[:k], **more}
        if k == least:
            assert draw(*arguments, **options).title
        else:
            with pytest.raises(CannotDraw, match=rf"No {kind}: .*\b{least}\b studies, and there"):
                draw(*arguments, **options)


LABBE_REFUSED = [
    ({"measure": "MD"}, "a mean difference does not compare two risks"),
    ({"cells": {}}, "events and participants of both groups of every study"),
    ({"cells": {**CELLS, "ai": [None, *CELLS["ai"][1:]]}}, "a study lacks the events"),
]


@pytest.mark.parametrize(("changed", "reason"), LABBE_REFUSED)
def test_labbe_takes_counts(changed, reason):
    with pytest.raises(CannotDraw, match=reason):
        labbe_plot(FIT, YI, VI, id="l", **{**OPTIONS, "cells": CELLS, **changed})


def test_a_wrong_number_of_names():
    with pytest.raises(CannotDraw, match="13 effects, 13 variances, 1 names and a mean of 13 studies"):
        radial_plot(FIT, YI, VI, id="r", **{**OPTIONS, "labels": ["one"]})
