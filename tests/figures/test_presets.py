"""Journals: their words, numbers, order, files; and what every forest plot can show."""

from __future__ import annotations

import hashlib
import io
import re
import typing
from dataclasses import replace
from math import exp, log
from pathlib import Path
from types import SimpleNamespace

import matplotlib as mpl
import pytest
from fontTools.ttLib import TTFont
from PIL import Image

from metaan.errors import InputError, RequestError
from metaan.figures.artists import sheet_figure
from metaan.figures.colours import contrast
from metaan.figures.drawing import render, settled
from metaan.figures.forest import forest_plot, layout_forest
from metaan.figures.forest_lines import within_line
from metaan.figures.marks import PlacedMark, _mark_shapes
from metaan.figures.measure import face_of, width
from metaan.figures.presets import PRESETS, preset_of
from metaan.figures.typefaces import DEJAVU, LIBERATION, font_file
from metaan.review import plan
from metaan.types import Format, Journal, Sort

JOURNALS = [name for name in PRESETS if name != "metaan"]


def texts(comparison, name, options, **more):
    layout = layout_forest(comparison, preset=PRESETS[name], **{**options, **more})
    return [words.text for words in layout.sheet.words], layout


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "bmj",
            {
                "Study or subgroup",
                "No of events /",
                "14 / 58",
                "0.44 (0.26 to 0.73)",
                "Test for heterogeneity: τ²=0.02; χ²=4.52, df=3, P=0.21; I²=31% (from Q)",
                "Test for overall effect: t=−3.87, df=3, P=0.03",
                "Risk ratio, REML, HKSJ",
            },
        ),
        (
            "jama",
            {
                "Source",
                "Favors Carisoprodol",
                "0.44 (0.26-0.73)",
                "Heterogeneity: χ²₃ = 4.52 (P = .21), I² = 31% (from Q)",
                "Test for overall effect: t₃ = −3.87 (P = .03)",
            },
        ),
        (
            "revman",
            {
                "Study or Subgroup",
                "Events",
                "Total",
                "14",
                "58",
                "IV, Random, 95% CI",
                "0.44 [0.26 , 0.73]",
                "Heterogeneity: Tau² = 0.020; Chi² = 4.52, df = 3 (P = 0.21); I² = 31% (from Q)",
            },
        ),
        (
            "lancet",
            {
                "n/N",
                "0·44 (0·26–0·73)",
                "13·0",
                "0·5",
                "Heterogeneity: τ²=0·02; χ²=4·52, df=3, p=0·21; I²=31% (from Q)",
            },
        ),
        ("nature", {"0.44 (0.26–0.73)"}),
        ("plos", {"0.44 (0.26–0.73)"}),
        ("bmc", {"0.44 (0.26–0.73)"}),
    ],
)
def test_words_and_numbers_are_the_journals(name, expected, comparison, options):
    said, _ = texts(comparison, name, options)
    assert expected <= set(said)
    assert "Drowsiness: Carisoprodol versus Placebo" not in said


@pytest.mark.parametrize("name", ["bmj", "jama", "revman", "lancet"])
def test_i2_names_its_source_only_where_that_of_tau2_is_another(name, comparison, options):
    fit = replace(comparison.main, I2=comparison.main.I2_Q)
    fits = {field: fit for field in ("wald", "hksj", "adhoc") if getattr(comparison, field) is not None}
    said, _ = texts(replace(comparison, **fits), name, options)
    [line] = [each for each in said if each.endswith("31%")]
    assert "heterogeneity" in line.lower()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("metaan", "Heterogeneity: τ² = 0.13; χ² = 5.56, df = 1, P = 0.018; I² = 82%."),
        ("bmj", "Test for heterogeneity: τ²=0.13; χ²=5.56, df=1, P=0.02; I²=82%"),
        ("jama", "Heterogeneity: χ²₁ = 5.56 (P = .02), I² = 82%"),
        ("revman", "Heterogeneity: Tau² = 0.133; Chi² = 5.56, df = 1 (P = 0.02); I² = 82%"),
        ("lancet", "Heterogeneity: τ²=0·13; χ²=5·56, df=1, p=0·018; I²=82%"),
    ],
)
def test_a_group_is_told_of_in_the_words_of_the_line_on_all_studies(name, expected):
    # Alternate allocation of the BCG trials (metafor 3.8: tau2 0.1326, I2 82.02, Q 5.5625, P 0.0183).
    told = within_line(
        SimpleNamespace(
            method="REML", tau2=0.1326, I2=0.8202, I2_Q=0.8202, Q=5.5625, Q_dof=1.0, Q_pvalue=0.0183
        ),
        PRESETS[name],
    )
    assert told == expected


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (
            "bmj",
            {0.0499: "P=0.0499", 0.0462: "P=0.046", 0.0412: "P=0.04", 0.9962: "P>0.99", 0.0042: "P=0.004"},
        ),
        (
            "jama",
            {0.0499: "P = .0499", 0.0462: "P = .046", 0.212: "P = .21", 0.9962: "P > .99", 1e-4: "P < .001"},
        ),
        ("revman", {0.0042: "P = 0.004", 0.212: "P = 0.21", 1e-4: "P < 0.001"}),
        ("lancet", {0.0042: "p=0·0042", 0.212: "p=0·21", 1e-5: "p<0·0001"}),
    ],
)
def test_p_values_are_rounded_as_the_journal_does(name, shown):
    """JAMA, instructions for authors: two digits, three below .01, > .99, < .001, none rounded onto .05."""
    assert {p: PRESETS[name].numerals.p(p) for p in shown} == shown


@pytest.mark.parametrize("name", ["jama", "lancet", "nature", "plos", "bmc"])
def test_where_a_limit_is_negative_all_intervals_are_joined_alike(name, make_study, make_comparison, options):
    studies = [make_study("A", -1.5, 0.2), make_study("B", 1.5, 0.2), make_study("C", 2.5, 0.2)]
    said, _ = texts(make_comparison(studies), name, {**options, "measure": "MD"})
    intervals = [text for text in said if re.search(r"\d \(.*\d\)$", text) and "P" not in text]
    assert len(intervals) >= 4
    assert all(" to " in text for text in intervals)


@pytest.mark.parametrize("name", PRESETS)
def test_the_arrow_of_a_diamond_has_the_colour_of_its_rim(name):
    style = PRESETS[name].style_for("binary")
    mark = PlacedMark(
        row=0, kind="diamond", y=5, x=50, low=0, high=100, side=10, arrow_low=True, arrow_high=True
    )
    left, right, diamond = _mark_shapes(mark, style)
    assert left.fill == right.fill == diamond.edge


def test_an_interval_of_tau2_is_joined_as_the_others_are(comparison, options):
    said, _ = texts(comparison, "nature", options)
    (line,) = (each for each in said if each.startswith("Heterogeneity"))
    assert re.search(r"\(95% CI [\d.]+–[\d.]+, Q-profile\)", line)


def test_columns_stand_in_the_journals_order(comparison, options):
    orders = {
        "metaan": ["Study", "events/n", "events/n", "plot", "Risk ratio\n(95% CI)", "Weight\n(%)"],
        "bmj": ["Study or subgroup", "No of", "No of", "plot", "Weight", "Risk ratio"],
        "jama": ["Source", "Risk ratio", "No. of", "No. of", "plot", "Weight, %"],
        "revman": ["Study", "Events", "Total", "Events", "Total", "Weight", "Risk ratio", "plot"],
    }
    for name, order in orders.items():
        layout = layout_forest(comparison, preset=PRESETS[name], **options)
        found = [(placed.left, placed.column.header) for placed in layout.columns]
        found.append((layout.scale.left, "plot"))
        headers = [header for _, header in sorted(found)]
        assert len(headers) == len(order)
        assert all(header.startswith(start) for header, start in zip(headers, order, strict=True)), name


def test_favours_labels_stand_above_the_plot_for_jama_and_below_for_others(comparison, options):
    for name in PRESETS:
        _, layout = texts(comparison, name, options)
        favours = [words.y for words in layout.sheet.words if words.text.startswith("Favo")]
        first = min(mark.y for mark in layout.marks)
        assert (max(favours) < first) == (name == "jama")


def test_pages_have_the_widths_that_journals_state(make_study, make_comparison, options):
    """Nature 89 or 183 mm, BMC 85 or 176 mm, PLOS up to 190.5 mm."""
    widths = {"nature": (89.0, 183.0), "bmc": (85.0, 176.0), "plos": (190.5,)}
    for name, allowed in widths.items():
        for k in (1, 13):
            comparison = make_comparison([make_study(f"Author {i} et al {1990 + i}") for i in range(k)])
            _, layout = texts(comparison, name, options)
            assert any(layout.width / 72 * 25.4 == pytest.approx(page, abs=0.01) for page in allowed)
            least = {"nature": 5.0, "plos": 8.0, "bmc": 8.0}[name]
            assert min(words.size for words in layout.sheet.words if words.text not in "+?−") >= least


def test_an_unknown_journal_is_refused_with_names_near_it():
    with pytest.raises(RequestError, match="did you mean “lancet”"):
        preset_of("lancett")
    with pytest.raises(RequestError, match="there are metaan, bmj"):
        preset_of("xyz")


def test_the_plan_knows_the_same_names():
    for own, other in ((plan.Journal, Journal), (plan.Format, Format), (plan.Sort, Sort)):
        assert set(typing.get_args(own)) == set(typing.get_args(other))
    assert set(typing.get_args(Journal)) == set(PRESETS)


def test_text_is_read_on_white_in_every_preset():
    for preset in PRESETS.values():
        for colour in (preset.style.ink, preset.style.faint):
            assert contrast(colour, preset.style.paper) >= 4.5


# ---------------------------------------------------------------- what a plot can show


def test_bias_has_a_column_for_each_domain_with_signs_a_legend_and_a_key(
    comparison, options, make_rob, assert_tidy
):
    rob = make_rob(comparison.studies, unjudged={"Placeholder D 2004"})
    said, layout = texts(comparison, "metaan", options, rob=rob)
    assert [c.column.header for c in layout.columns if c.column.badges] == ["A", "B", "C", "D", "E", "All"]
    assert sum(text in ("+", "?", "−") for text in said) == 3 * 6 + 3
    assert {"Risk of bias", "low", "some concerns", "high"} <= set(said)
    key = " ".join(said)
    assert "A, Randomisation; B, Deviations;" in key
    assert "–, not judged" in key
    assert_tidy(layout.sheet)
    other = replace(PRESETS["metaan"], rob_palette="cochrane")
    fills = {
        name: {s.fill for s in layout_forest(comparison, preset=p, rob=rob, **options).sheet.shapes}
        for name, p in (("metaan", PRESETS["metaan"]), ("cochrane", other))
    }
    assert {"#2166ac", "#f4c95d", "#a50f15"} <= fills["metaan"]
    assert {"#02c100", "#e2df07", "#bf0000"} <= fills["cochrane"]


def test_where_nobody_judged_it_says_so(comparison, options, make_rob):
    nobody = make_rob(comparison.studies, unjudged={s.study for s in comparison.studies})
    said, layout = texts(comparison, "bmj", options, rob=nobody)
    assert "Risk of bias: nobody judged these studies." in said
    assert not any(column.column.badges for column in layout.columns)
    assert not any("bias" in text for text in texts(comparison, "bmj", options)[0])


def test_groups_stand_under_headings_with_subtotals_and_a_test(
    make_study, make_comparison, make_groups, options, assert_tidy
):
    """The test of groups is that of `subgroups`, which has its own references."""
    studies = [
        make_study(name, yi, 0.2) for name, yi in zip("ABCDE", (-0.5, -0.1, 0.2, 0.4, 0.9), strict=True)
    ]
    comparison = make_groups(make_comparison(studies), ["neck", "back", "neck", "back", ""])
    drawing = forest_plot(comparison, id="f", **options)
    said, layout = texts(comparison, "metaan", options)
    names = [text for text in said if text in {"back", "neck", "not stated", *"ABCDE"} or "Subtotal" in text]
    assert names == [
        *("back", "B", "D", "Subtotal (k = 2)"),
        *("neck", "A", "C", "Subtotal (k = 2)"),
        *("not stated", "E"),
    ]
    diamonds = [mark for mark in layout.marks if mark.kind == "diamond"]
    assert len(diamonds) == 3
    found = comparison.panels.found
    assert diamonds[0].x == pytest.approx(layout.scale.place(found.groups[0].estimate))
    test = next(text for text in said if text.startswith("Test for subgroup differences"))
    assert f"F(2, {found.Q_between_dof[1]:.1f}) = {found.Q_between:.2f}" in test
    assert "Groups by condition: back (k = 2)" in drawing.description
    assert_tidy(layout.sheet)
    right = next(c.right for c in layout.columns if c.column.header.startswith("Weight"))
    weights = [float(w.text) for w in layout.sheet.words if w.x == right and re.fullmatch(r"[\d.]+", w.text)]
    assert weights[0] + weights[1] == pytest.approx(weights[2])


@pytest.mark.parametrize(
    ("sort", "order"),
    [("plan", "CABD"), ("year", "BACD"), ("effect", "ABCD"), ("weight", "DCAB"), ("label", "ABCD")],
)
def test_studies_stand_in_the_order_asked_for_and_keep_their_weights(
    sort, order, make_study, make_comparison, options
):
    studies = [
        make_study("C", 0.3, 0.2),
        make_study("A", -0.4, 0.3),
        make_study("B", 0.1, 0.4),
        make_study("D", 0.8, 0.1),
    ]
    comparison = make_comparison(studies)
    years = {"A": 1999, "B": 1990, "C": 2003}
    _, layout = texts(comparison, "metaan", options, sort=sort, years=years)
    shown = [words.text for words in layout.sheet.words if words.text in "ABCD"]
    assert "".join(shown) == order
    by_name = dict(zip("CABD", comparison.main.weights, strict=True))
    squares = [mark for mark in layout.marks if mark.kind == "square"]
    sides = [mark.side**2 / 11.0**2 for mark in squares]
    heaviest = max(by_name.values())
    expected = [max(by_name[name] / heaviest, (3 / 11) ** 2) for name in order]
    assert sides == pytest.approx(expected)


def test_differences_that_do_not_matter_are_shaded(comparison, options):
    for margin in (1.25, 0.8):
        said, layout = texts(comparison, "metaan", options, margin=margin)
        band = next(s for s in layout.sheet.shapes if s.fill == PRESETS["metaan"].style.band)
        left, right = band.points[0][0], band.points[1][0]
        assert (left, right) == pytest.approx([layout.scale.place(v) for v in (log(0.8), log(1.25))])
        assert "Shaded: differences smaller than the smallest that matters (0.80 to 1.25)." in said
    assert exp(layout.scale.low) <= 0.8


@pytest.mark.parametrize(
    ("measure", "margin", "places", "said"),
    [
        ("RR", (0.8, 1.5), (log(0.8), log(1.5)), "0.80 to 1.50"),
        ("MD", (-0.5, 0.25), (-0.5, 0.25), "−0.50 to 0.25"),
    ],
)
def test_thresholds_may_differ_between_the_sides(comparison, options, measure, margin, places, said):
    options = {**options, "measure": measure}
    found, layout = texts(comparison, "metaan", options, margin=margin)
    band = next(s for s in layout.sheet.shapes if s.fill == PRESETS["metaan"].style.band)
    edges = [x for x, _ in band.points]
    assert (min(edges), max(edges)) == pytest.approx([layout.scale.place(v) for v in places])
    assert f"Shaded: differences smaller than the smallest that matters ({said})." in found
    drawing = forest_plot(comparison, id="f", margin=margin, **options)
    assert f"Shaded: {said}." in drawing.alt
    assert len(drawing.alt) <= 150
    assert f"the smallest that matters ({said})." in drawing.description


@pytest.mark.parametrize("margin", [(1.5, 0.8), (0.8, 0.9), (1.0, 1.5), (-0.5, 1.5), -1.25, 1.0])
def test_thresholds_on_one_side_of_no_effect_are_refused(comparison, options, margin):
    with pytest.raises(InputError, match="margin"):
        forest_plot(comparison, id="f", margin=margin, **options)


def test_arms_that_would_share_a_control_group_are_named(make_study, make_comparison, options):
    study = make_study("Weil 2010")
    merged = replace(study, arm1=replace(study.arm1, arms=("er_15", "er_30")))
    said, _ = texts(make_comparison([merged, make_study("B")]), "metaan", options)
    assert "Weil 2010†" in said
    text = " ".join(said)
    assert "† Weil 2010: arms er_15 and er_30 would share a control group; handled by combining them" in text


# ---------------------------------------------------------------- files


def test_a_tiff_is_rgb_without_alpha_compressed_and_the_same_again(comparison, options):
    drawing = forest_plot(comparison, id="f", preset=PRESETS["plos"], **options)
    source = render(drawing, "tiff")
    image = Image.open(io.BytesIO(source))
    assert (image.mode, image.info["compression"]) == ("RGB", "tiff_lzw")
    assert image.info["dpi"] == pytest.approx((600, 600))
    assert image.width == pytest.approx(190.5 / 25.4 * 600, abs=1)
    assert len(source) < 10_000_000
    again = render(forest_plot(comparison, id="f", preset=PRESETS["plos"], **options), "tiff")
    assert hashlib.sha256(source).digest() == hashlib.sha256(again).digest()


@pytest.mark.parametrize(("name", "fonts"), [("plos", False), ("nature", True)])
def test_letters_of_an_eps_are_outlines_or_a_font_as_the_journal_asks(name, fonts, comparison, options):
    drawing = forest_plot(comparison, id="f", preset=PRESETS[name], margin=1.25, **options)
    source = render(drawing, "eps")
    assert source.startswith(b"%!PS-Adobe-3.0 EPSF-3.0")
    assert (b"/FontType" in source) == fonts
    assert b"CreationDate" not in source
    assert b"%%Title: Forest plot: Drowsiness" in source
    assert source == render(
        forest_plot(comparison, id="f", preset=PRESETS[name], margin=1.25, **options), "eps"
    )


def test_outlined_letters_stand_where_the_text_stood(comparison, options):
    sheet = forest_plot(comparison, id="f", preset=PRESETS["plos"], **options).sheet
    seen = []
    for outlined in (False, True):
        with settled():
            sheet_figure(sheet, outlined=outlined).savefig(buffer := io.BytesIO(), format="png", dpi=100)
        seen.append(Image.open(buffer).convert("L").reduce(4))
    differences = [abs(a - b) for a, b in zip(*(image.tobytes() for image in seen), strict=True)]
    assert sum(differences) / len(differences) < 1.0


def test_glyphs_are_never_missing_in_silence(comparison, options, make_study, make_comparison):
    assert forest_plot(comparison, id="f", **options).lacking == frozenset()
    foreign = make_comparison([make_study("漢字 2001")])
    drawing = forest_plot(foreign, id="f", **options)
    assert drawing.lacking == frozenset("漢字")
    assert render(drawing, "png")
    with pytest.raises(UserWarning, match="Glyph"):
        render(replace(drawing, lacking=frozenset()), "pdf")


# The letters that forest plots, tests and marks are written in, whatever the data say.
PRINTED = "".join(map(chr, range(0x20, 0x7F))) + "·–—…‘’“”×±−≤≥≠≈√→←†‡§²³₀₁₂₃₄₅₆₇₈₉αβγδμρσςτφχω½\u2007\u2009"
DIGESTS = {
    "LiberationSans-Bold.ttf": "ba0e0dc3f7aca5b0afbc31e800531ee43be3aa79ae35b2ef1f6470a9547765c4",
    "LiberationSans-Regular.ttf": "8d91388f1d3604b3b8ae0e3ee2d140e50cd6122f9214514f4aca772540a4076d",
}
"""As Debian's fonts-liberation2 2.1.5-1 installs them."""

QUOTES = ("39", "96")  # Adobe's encoding has curly quotes there
EM_UNIT = 1.0  # a thousandth of an em, in which Adobe's widths are rounded


@pytest.mark.parametrize("bold", [False, True])
def test_the_typeface_of_arials_widths_is_the_unchanged_one_with_its_licence(bold):
    file = font_file(bold=bold, family=LIBERATION)
    assert hashlib.sha256(file.read_bytes()).hexdigest() == DIGESTS[file.name]
    licence = (file.parent / "OFL.txt").read_text(encoding="utf-8")
    assert "Copyright (c) 2012 Red Hat, Inc." in licence
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence
    with TTFont(file) as font:
        assert font["name"].getDebugName(5) == "Version 2.1.5"
        assert set(map(ord, PRINTED)) <= set(font.getBestCmap())


@pytest.mark.parametrize(("bold", "name"), [(False, "Helvetica.afm"), (True, "Helvetica-Bold.afm")])
def test_its_widths_are_those_of_adobes_helvetica(bold, name):
    """Arial was made to the widths of Helvetica; Adobe's table of them ships with matplotlib."""
    table = Path(mpl.get_data_path()) / "fonts" / "pdfcorefonts" / name
    rows = re.findall(r"^C (\d+) ; WX (\d+) ;", table.read_text(encoding="ascii"), re.MULTILINE)
    letters = {chr(int(code)): int(wide) for code, wide in rows if int(code) < 127 and code not in QUOTES}
    assert len(letters) == 93
    for letter, wide in letters.items():
        assert width(letter, 1000, bold=bold, family=LIBERATION) == pytest.approx(wide, abs=EM_UNIT), letter


def test_a_journals_figure_is_set_in_it_and_says_so(comparison, options, assert_tidy):
    for name in JOURNALS:
        drawing = forest_plot(comparison, id="f", preset=PRESETS[name], **options)
        assert drawing.remarks[0] == "set in Liberation Sans, which has Arial's widths"
        assert {words.family for words in drawing.sheet.words} == {LIBERATION}
        assert {face_of(words.text, words.family) for words in drawing.sheet.words} == {LIBERATION}
        assert_tidy(drawing.sheet)
    svg = render(drawing, "svg").decode()
    assert "font-family=\"'Liberation Sans', Arial, Helvetica, sans-serif\"" in svg
    assert b"set in Liberation Sans" in render(drawing, "pdf")
    bundled = forest_plot(comparison, id="f", **options)
    assert bundled.remarks == ()
    assert {words.family for words in bundled.sheet.words} == {DEJAVU}


def test_a_text_with_a_letter_that_it_lacks_is_set_in_dejavu(make_study, make_comparison, options):
    drawing = forest_plot(
        make_comparison([make_study("✓ 2001"), make_study("B")]), id="f", preset=PRESETS["plos"], **options
    )
    assert not drawing.lacking
    assert face_of("✓ 2001", LIBERATION) == DEJAVU
    svg = render(drawing, "svg").decode()
    assert re.search(r"""<g [^>]*font-family="'DejaVu Sans', [^>]*>\n<text [^>]*>✓ 2001<""", svg)
