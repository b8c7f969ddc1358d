"""The forest plot's layout: numbers and strings in points."""

from __future__ import annotations

from dataclasses import replace
from math import log

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metaan.figures.forest import forest_plot, layout_forest
from metaan.figures.style import DEFAULT

LABEL = st.text(st.characters(codec="utf-8"), min_size=1, max_size=60)
RATIO = st.floats(1e-5, 1e5)


def texts(layout):
    return [words.text for words in layout.sheet.words]


def marks(layout, kind):
    return [mark for mark in layout.marks if mark.kind == kind]


def test_square_areas_are_in_the_ratio_of_the_weights(comparison, options):
    squares = marks(layout_forest(comparison, **options), "square")
    weights = comparison.main.weights
    large = [(s.side**2, w) for s, w in zip(squares, weights, strict=True) if s.side > DEFAULT.square_least]
    assert len(large) >= 3
    for area, weight in large:
        assert area / large[0][0] == pytest.approx(weight / large[0][1])
    assert max(s.side for s in squares) == DEFAULT.square
    assert min(s.side for s in squares) >= DEFAULT.square_least


def test_diamonds_end_where_their_intervals_do(comparison, options):
    layout = layout_forest(comparison, **options)
    fits = [comparison.hksj, comparison.wald, comparison.adhoc, comparison.common]
    diamonds = marks(layout, "diamond") + marks(layout, "pale diamond")
    for diamond, fit in zip(diamonds, fits, strict=True):
        ends = [layout.scale.place(value) for value in (fit.ci[0], fit.estimate, fit.ci[1])]
        assert [diamond.low, diamond.x, diamond.high] == pytest.approx(ends)
    (bar,) = marks(layout, "bar")
    assert [bar.low, bar.high] == pytest.approx([layout.scale.place(v) for v in comparison.hksj.prediction])


def test_the_scale_is_logarithmic_and_ticked_at_round_ratios(comparison, options):
    scale = layout_forest(comparison, **options).scale
    assert [tick.label for tick in scale.ticks][-3:] == ["0.5", "1", "2"]
    assert scale.place(log(0.5)) - scale.place(log(0.25)) == pytest.approx(
        scale.place(0) - scale.place(log(0.5))
    )


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(RATIO, st.floats(0.01, 9)), min_size=1, max_size=25))
def test_arrows_stand_exactly_where_an_interval_is_clipped(make_study, make_comparison, options, effects):
    studies = [make_study(f"S{i}", log(ratio), sei) for i, (ratio, sei) in enumerate(effects)]
    layout = layout_forest(make_comparison(studies), **options)
    scale = layout.scale
    slack = 1e-6 * (scale.high - scale.low)
    for mark, study in zip(marks(layout, "square"), studies, strict=True):
        assert mark.arrow_low == (study.ci_low < scale.low - slack)
        assert mark.arrow_high == (study.ci_high > scale.high + slack)
        assert scale.left <= mark.x <= scale.right
        assert mark.x == pytest.approx(scale.place(study.yi))


def test_a_clipped_interval_keeps_its_true_limits_in_print(make_study, make_comparison, options):
    studies = [make_study(f"S{i}", -0.3, 0.1) for i in range(4)] + [make_study("wide", 0.0, 3.0)]
    layout = layout_forest(make_comparison(studies), **options)
    wide = marks(layout, "square")[-1]
    assert (wide.arrow_low, wide.arrow_high) == (True, True)
    assert "1.00 (0.0028 to 358)" in texts(layout)
    arrows = [s for s in layout.sheet.shapes if len(s.points) == 3]
    assert {s.points[0][0] for s in arrows} == {layout.scale.left, layout.scale.right}


def test_printed_weights_add_up_to_one_hundred(make_study, make_comparison, options):
    studies = [make_study(f"S{i}", -0.3, 0.2) for i in range(7)]
    layout = layout_forest(make_comparison(studies), **options)
    right = layout.columns[-1].right
    shown = [w.text for w in layout.sheet.words if w.x == right and not w.bold]
    assert sum(round(10 * float(text)) for text in shown) == 1000
    assert len(shown) == 7


@pytest.mark.parametrize(
    ("direction", "sides"),
    [
        ("lower_better", ("Favours Carisoprodol", "Favours Placebo")),
        ("higher_better", ("Favours Placebo", "Favours Carisoprodol")),
    ],
)
def test_favours_labels_follow_the_direction(comparison, options, direction, sides):
    layout = layout_forest(comparison, **{**options, "direction": direction})
    found = {w.text: w for w in layout.sheet.words if w.text.startswith("Favours")}
    null = layout.scale.place(0.0)
    assert found[sides[0]].box[2] < null < found[sides[1]].box[0]


def test_every_model_is_named_and_the_headline_is_bold(comparison, options):
    words = {w.text: w for w in layout_forest(comparison, **options).sheet.words}
    assert words["Random effects, REML, Hartung-Knapp"].bold
    for name in ("REML, Wald", "REML, Hartung-Knapp, ad hoc"):
        assert not words[f"Random effects, {name}"].bold
    assert "Common effect, Wald" in words
    assert "95% prediction interval" in words
    assert "343/888" in words
    assert "351/620" in words


def test_numbers_below_the_plot(comparison, options):
    said = " ".join(texts(layout_forest(comparison, **options)))
    assert "τ² = 0.020 (95% CI 0 to 0.31, Q-profile); χ² = 4.52, df = 3, P = 0.21" in said
    assert "I² = 34% (from τ², 0% to 90%), 31% (from Q)" in said
    assert "Test for overall effect: t = −3.87, df = 3, P = 0.031" in said


def test_marked_studies_have_footnotes(comparison, options, make_study, make_comparison):
    said = texts(layout_forest(comparison, **options))
    assert {"Placeholder B 2002†", "Placeholder C 2003*", "Placeholder D 2004‡"} <= set(said)
    starts = {text[0] for text in said}
    assert {"†", "‡", "*"} <= starts
    assert "§" not in starts
    imputed = make_comparison([make_study("A", status="imputed"), make_study("B")])
    assert any(text.startswith("§") for text in texts(layout_forest(imputed, **options)))


def test_two_studies_have_no_prediction_interval_and_it_says_why(make_study, make_comparison, options):
    layout = layout_forest(make_comparison([make_study("A"), make_study("B")]), **options)
    assert marks(layout, "bar") == []
    assert "No prediction interval: it takes at least three studies, and there are 2." in texts(layout)


def test_one_study_is_shown_and_nothing_is_pooled(make_study, make_comparison, options):
    layout = layout_forest(make_comparison([make_study()]), **options)
    assert [mark.kind for mark in layout.marks] == ["square"]
    alone = "One study: nothing is pooled, and heterogeneity cannot be estimated."
    assert texts(layout).count(alone) == 1
    said_already = make_comparison([make_study()], notes=(alone[0].lower() + alone[1:-1],))
    assert texts(layout_forest(said_already, **options)).count(alone) == 1
    assert not any("Weight" in text for text in texts(layout))


def test_without_an_estimable_study_there_is_a_table_and_no_axis(make_study, make_comparison, options):
    studies = [make_study("Zero 1990", arm1=(0, 20), arm2=(0, 21), estimable=False, note="no events")]
    layout = layout_forest(make_comparison(studies), **options)
    said = texts(layout)
    assert layout.scale is None
    assert layout.marks == ()
    assert "not estimable" in said
    assert "0/20" in said
    assert "Zero 1990 is not estimable: no events." in said
    assert "No study is estimable." in said
    assert not any(text.startswith("Favours") for text in said)


def test_an_inestimable_study_stands_among_the_others_without_weight(make_study, make_comparison, options):
    studies = [make_study("A"), make_study("Zero", arm1=(0, 20), estimable=False), make_study("B")]
    layout = layout_forest(make_comparison(studies), **options)
    assert [mark.row for mark in marks(layout, "square")] == [0, 2]
    assert "–" in texts(layout)


def test_studies_that_are_not_estimable_for_the_same_reason_are_named_together_and_once(
    make_study, make_comparison, options
):
    studies = [make_study(f"Zero {y}", estimable=False, note="no events") for y in (1990, 1991, 1992)]
    notes = tuple(f"{study.label} is not estimable: {study.note}" for study in studies)
    said = texts(layout_forest(make_comparison(studies, notes=("no study is estimable", *notes)), **options))
    assert [text for text in said if "estimable:" in text] == [
        "Zero 1990, Zero 1991 and Zero 1992 are not estimable: no events."
    ]
    assert said.count("No study is estimable.") == 1


def test_a_report_that_adds_up_trials_is_not_called_one_study(make_study, make_comparison, options):
    comparison = make_comparison([make_study("Label 2007", pooled_report=True)])
    said = " ".join(texts(layout_forest(comparison, **options)))
    assert "‡ One report adds up several trials without weighting and counts as one study: whether" in said
    assert "those agree cannot be seen" in said
    assert "nothing is pooled" not in said


def test_what_a_comparison_says_of_its_pooled_reports_stands_at_their_mark(
    make_study, make_comparison, options
):
    studies = [make_study("smith 2007", pooled_report=True), make_study("B", pooled_report=True)]
    note = "smith 2007 and B sum several trials each: differences between those cannot be seen"
    said = texts(layout_forest(make_comparison(studies, notes=(note, "an odd note")), **options))
    assert [text for text in said if "several trials" in text] == [f"‡ S{note[1:]}."]
    assert "An odd note." in said


def test_the_total_counts_estimable_studies_and_says_so(make_study, make_comparison, options):
    studies = [make_study("A"), make_study("Zero", arm1=(0, 20), estimable=False), make_study("B")]
    said = texts(layout_forest(make_comparison(studies), **options))
    assert {"28/116", "64/118", "The total leaves out studies that are not estimable."} <= set(said)
    one_left = texts(layout_forest(make_comparison(studies[:2]), **options))
    assert "Total" not in one_left


def test_participants_of_a_contrast_are_shown_where_they_are_stated(make_study, make_comparison, options):
    bare = {"arm1": None, "arm2": None}
    stated = [make_study("A", n1=264, n2=269, **bare), make_study("B", n1=10, **bare)]
    for kind in ("binary", "continuous"):
        said = texts(layout_forest(make_comparison(stated), **{**options, "kind": kind}))
        assert {"264", "269", "274", "n", "Total"} <= set(said)
        assert "events/n" not in said
        assert "The total leaves out arms whose size was not stated." in said
    mixed = texts(layout_forest(make_comparison([make_study("C"), stated[0]]), **options))
    assert {"–/264", "–/269"} <= set(mixed)
    drawing = forest_plot(make_comparison(stated), id="f", **options)
    assert "A (Carisoprodol n 264; Placebo n 269): risk ratio" in drawing.description


def test_a_mean_difference_names_its_scale_above_the_plot(make_study, make_comparison, options, assert_tidy):
    comparison = make_comparison([make_study("A", -1.7, 0.7, arm1=(12.3, 4.5, 80), arm2=(14.0, 4.8, 81))])
    scale = "Numeric Rating Scale, change from baseline (points)"
    changed = {**options, "kind": "continuous", "scale": scale}
    layout = layout_forest(comparison, **{**changed, "measure": "MD"})
    assert {"Numeric Rating Scale, change from", "baseline (points)"} <= set(texts(layout))
    assert_tidy(layout.sheet)
    assert f"Scale: {scale}." in forest_plot(comparison, id="f", **{**changed, "measure": "MD"}).description
    assert not any(
        "Rating" in text for text in texts(layout_forest(comparison, **{**changed, "measure": "SMD"}))
    )


def test_every_footnote_is_a_sentence(comparison, options, make_study, make_comparison):
    imputed = make_comparison([make_study("A", status="imputed"), make_study("B")])
    for shown in (comparison, imputed):
        description = forest_plot(shown, id="f", **options).description
        assert "see the evidence ledger." in description
        assert "decision log" not in description


def test_contrast_only_studies_leave_their_cells_blank(make_study, make_comparison, options):
    mixed = make_comparison([make_study("A"), make_study("B", arm1=None, arm2=None)])
    said = texts(layout_forest(mixed, **options))
    assert said.count("–") == 2
    assert "The total leaves out the arms of studies that report only a contrast." in said
    bare = make_comparison([make_study("A", arm1=None, arm2=None), make_study("B", arm1=None, arm2=None)])
    assert "events/n" not in texts(layout_forest(bare, **options))


def test_continuous_outcomes_show_means_on_a_linear_axis(make_study, make_comparison, options):
    cells = {"arm1": (12.3, 4.5, 80), "arm2": (14.0, 4.8, 81)}
    comparison = make_comparison([make_study("A", -1.7, 0.7, **cells), make_study("B", -0.2, 0.9, **cells)])
    layout = layout_forest(comparison, **{**options, "kind": "continuous", "measure": "MD"})
    assert {"mean (SD)", "n", "12.3 (4.5)", "160", "Mean difference", "−1.70 (−3.07 to −0.33)"} <= set(
        texts(layout)
    )
    steps = {
        round(b.value - a.value, 6) for a, b in zip(layout.scale.ticks, layout.scale.ticks[1:], strict=False)
    }
    assert len(steps) == 1


def test_small_units_keep_two_significant_digits(make_study, make_comparison, options):
    comparison = make_comparison([make_study("A", -0.00012, 0.00004, arm1=None, arm2=None)])
    said = texts(layout_forest(comparison, **{**options, "kind": "continuous", "measure": "MD"}))
    assert "−0.000120 (−0.000198 to −0.000042)" in said


@pytest.mark.parametrize("k", [0, 1, 2, 3, 13, 60])
@pytest.mark.parametrize("kind", ["binary", "continuous", "contrast"])
def test_no_text_overlaps_or_leaves_the_page(k, kind, make_study, make_comparison, options, assert_tidy):
    cells = {
        "binary": {"arm1": (12345, 99999), "arm2": (0, 7)},
        "continuous": {"arm1": (-123.456, 45.6, 12000), "arm2": (0.5, 0.2, 8)},
        "contrast": {"arm1": None, "arm2": None},
    }[kind]
    studies = [
        make_study("W" * (i % 61), 10.0 ** (i % 7 - 4), 0.1 + i % 5, estimable=k > 0, **cells)
        for i in range(max(k, 3) if k == 0 else k)
    ]
    names = {"drug": "Oxycodone/acetaminophen with cyclobenzaprine at bedtime 10 mg", "placebo": "P"}
    changed = {"names": names, "kind": "binary" if kind == "binary" else "continuous"}
    for measure in ("RR", "SMD"):
        layout = layout_forest(make_comparison(studies), **{**options, **changed, "measure": measure})
        assert_tidy(layout.sheet)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(LABEL, RATIO, st.floats(0.01, 5)), max_size=8), LABEL, LABEL)
def test_hostile_words_and_extreme_effects_stay_tidy(
    make_study, make_comparison, options, assert_tidy, studies, name, outcome
):
    effects = [make_study(label, log(ratio), sei) for label, ratio, sei in studies]
    changed = {"names": {"drug": name, "placebo": name[::-1]}, "outcome": outcome}
    layout = layout_forest(make_comparison(effects), **{**options, **changed})
    assert_tidy(layout.sheet)


def test_a_long_name_is_shortened_in_the_plot_and_whole_in_the_description(
    make_study, make_comparison, options
):
    name = "Very long name " * 14
    drawing = forest_plot(make_comparison([make_study(name)]), id="f", **options)
    assert " ".join(name.split()) in drawing.description
    layout = layout_forest(make_comparison([make_study(name)]), **options)
    assert any(text.endswith("…") for text in texts(layout))


def test_alternative_text(comparison, options, make_study, make_comparison):
    drawing = forest_plot(comparison, id="f", **options)
    assert drawing.alt == (
        "Forest plot: Drowsiness: Carisoprodol versus Placebo. "
        "4 studies, risk ratio 0.66 (0.50 to 0.87), I² 34%."
    )
    assert (
        "Placeholder A 2001 (Carisoprodol 14 of 58; Placebo 32 of 59): risk ratio 0.44, 95% CI 0.26 to 0.73, "
        "excludes no effect, weight 13.0%."
    ) in drawing.description
    long = forest_plot(comparison, id="f", **{**options, "outcome": "Outcome " * 40})
    assert len(long.alt) <= 150
    assert long.alt.endswith("I² 34%.")
    one = forest_plot(make_comparison([make_study()]), id="f", **options)
    assert one.alt.endswith("One study, risk ratio 0.74 (0.50 to 1.10).")
    none = forest_plot(make_comparison([make_study(estimable=False)]), id="f", **options)
    assert none.alt.endswith("No estimable study.")


def test_a_common_effect_headline_is_not_called_random(comparison, options, make_pooled):
    fit = replace(comparison.common, test="z")
    common = replace(comparison, wald=fit, hksj=None, adhoc=None, headline="wald", heterogeneity=None)
    said = texts(layout_forest(common, **options))
    assert "Common effect, Wald" in said
    assert not any(text.startswith("Random") or "τ²" in text for text in said)


def test_notes_of_the_comparison_are_printed_as_sentences(make_study, make_comparison, options):
    comparison = make_comparison([make_study()], notes=("two reports: <b> overlap",))
    assert "Two reports: <b> overlap." in texts(layout_forest(comparison, **options))


@pytest.mark.parametrize("measure", ["RR", "MD"])
def test_an_axis_can_reach_equally_far_on_both_sides_of_no_effect(comparison, options, measure):
    fitted = layout_forest(comparison, **{**options, "measure": measure}).scale
    mirrored = layout_forest(comparison, **{**options, "measure": measure}, axis="symmetric").scale
    assert fitted.low != -fitted.high
    assert mirrored.low == -mirrored.high
    assert mirrored.place(0.0) == pytest.approx((mirrored.left + mirrored.right) / 2)
    assert mirrored.low <= fitted.low < fitted.high <= mirrored.high


def test_an_arrow_is_explained_where_there_is_one(make_study, make_comparison, options):
    said = "Arrow: the interval goes on beyond the plot; its limits are printed."
    near = [make_study(f"Study {i}", -0.1 * i, 0.1) for i in range(5)]
    wide = [*near, make_study("Wide", 0.0, 4.0)]
    for studies, arrows in ((near, False), (wide, True)):
        layout = layout_forest(make_comparison(studies), **options)
        assert any(mark.arrow_low or mark.arrow_high for mark in layout.marks) == arrows
        assert (said in {words.text for words in layout.sheet.words}) == arrows
