from __future__ import annotations

from math import nan

from metaan.report.evidence import missing_trials, row_arms, shown_only, study_uses
from metaan.report.ledger import ledger
from metaan.report.sections import comparison_anchors
from metaan.report.sentences import thinness_sentences


def _missing(*rows):
    return [{"study_id": f"M{i}", **row} for i, row in enumerate(rows)]


def test_missing_trials_of_unknown_size_are_counted(build):
    rows = _missing(
        {"label": "M1", "comparison": "Alpha vs control", "n_enrolled": 830},
        {"label": "M2", "comparison": "Alpha"},
        {"label": "M3", "comparison": "Alpha"},
    )
    review = build.review(missing=rows)
    (found,) = missing_trials(review, (build.analysis(),))
    assert (found.trials, found.enrolled, found.unknown, found.overlap) == (("M1",), 830, 2, False)
    assert thinness_sentences(review, (build.analysis(),))[-1] == (
        "Known for Alpha but without usable results: M1, and two more of unknown size. The first enrolled 830"
        " participants, more than the 102 in all studies of Alpha that could be analysed."
    )


def test_missing_trials_without_any_size_are_still_told(build):
    review = build.review(missing=_missing({"label": "M2", "comparison": "Beta"}))
    assert thinness_sentences(review, (build.analysis(),))[-1] == (
        "Known for Beta but without usable results: one trial of unknown size."
    )


def test_an_entry_that_stands_for_several_studies_warns_of_overlap(build):
    rows = _missing(
        {"label": "Eight studies of the label", "comparison": "Alpha", "n_enrolled": 642},
        {"label": "M2", "comparison": "Alpha", "n_enrolled": 40},
    )
    review = build.review(missing=rows)
    assert missing_trials(review, (build.analysis(),))[0].overlap
    assert (
        "(at most: one entry stands for several studies, which may be named singly too)"
        in (thinness_sentences(review, (build.analysis(),))[-1])
    )


def test_each_unit_says_what_becomes_of_it(build):
    names = ["S1", "S2", "S3", "S4"]
    review = build.review(studies=[{"study_id": name, "label": name} for name in names])
    silent = build.study(study="S2", rows=(4, 5), estimable=False, yi=nan, sei=nan)
    varied = build.scenario(
        [build.comparison([build.study(study="S3", rows=(6, 7))])], id="wide", label="Wide"
    )
    main = build.scenario([build.comparison([build.study(), silent])])
    assert study_uses(review, (build.analysis(main, sensitivity=(varied,)),)) == {
        "S1": "Relief",
        "S2": "shown, but not estimable",
        "S3": "sensitivity analyses only",
        "S4": "nothing of it is used",
    }


def test_a_row_that_is_shown_but_not_estimable_is_no_sensitivity(build, small_review):
    silent = build.study(estimable=False, yi=nan, sei=nan)
    other = build.scenario([build.comparison()], id="rd", label="Risk difference", measure="RD")
    analyses = (build.analysis(build.scenario([build.comparison([silent])]), sensitivity=(other,)),)
    assert {*shown_only(analyses)} == {"results-2", "results-3"}
    row = ledger(small_review, analyses, comparison_anchors(analyses))[0].rows[0]
    assert [place.text for place in row.places] == ["Relief: Alpha versus control, shown, not estimable"]
    assert row.unused == ()


def test_arms_are_named_by_treatment_and_dose(small_review):
    named = row_arms(small_review)
    assert (named["results-2"], named["results-3"]) == ("alpha 5 mg", "sugar pill")
