"""Pools by RevMan's rules against metafor 3.8.1 (revman_metafor.R), through the files that carry them."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

import pytest

from metaan.review.imports.facts import Wishes
from metaan.review.imports.source import draft_from
from metaan.starting.compare import compare_pool

with (Path(__file__).parent / "revman_metafor.csv").open() as opened:
    EXPECTED = {row.pop("analysis"): row for row in csv.DictReader(opened)}

N1, N2 = (60, 120, 45), (58, 119, 47)
COUNTS = tuple(zip((12, 30, 8), N1, (20, 41, 15), N2, strict=True))
OTHER_COUNTS = tuple(zip((12, 30, 25), N1, (20, 41, 10), N2, strict=True))
MEANS = tuple(zip((6.1, 5.8, 5.0), (2.4, 2.2, 2.0), N1, (5.0, 4.9, 6.0), (2.6, 2.3, 2.1), N2, strict=True))
EFFECTS = ((-0.3, 0.2), (-0.1, 0.15), (0.2, 0.25))
STUDIES = ("Alder", "Birch", "Cedar")
ANALYSES = {
    "or-mh-fixed": ("Dichotomous", "MH", "Odds Ratio", "Fixed effect", COUNTS),
    "rr-mh-random": ("Dichotomous", "MH", "Risk Ratio", "Random effects", OTHER_COUNTS),
    "peto": ("Dichotomous", "Peto", "Peto Odds Ratio", "Fixed effect", COUNTS),
    "smd-iv-random": ("Continuous", "IV", "Std. Mean Difference", "Random effects", MEANS),
    "md-iv-fixed": ("Continuous", "IV", "Mean Difference", "Fixed effect", MEANS),
    "or-giv-fixed": ("Generic Inverse Variance", "IV", "Odds Ratio", "Fixed effect", EFFECTS),
    "rd-iv-fixed": ("Dichotomous", "IV", "Risk Difference", "Fixed effect", COUNTS),
}
HEADING = {"Analysis group": "1", "Analysis group name": "Made up", "Estimate CI": "95%"}


def package(path: Path) -> Path:
    rows, settings = [], []
    for number, (name, (kind, method, measure, model, data)) in enumerate(ANALYSES.items(), 1):
        figures = EXPECTED[name]
        settings.append(
            HEADING
            | {
                "Analysis number": number,
                "Analysis name": name,
                "Data type": kind,
                "Statistical method": method,
            }
            | {"Effect measure": measure, "Analysis model": model, "Overall estimates": "true"}
            | {"Mean": figures["estimate"], "CI start": figures["ci_low"], "CI end": figures["ci_high"]}
            | {"Heterogeneity Tau²": figures["tau2"], "Heterogeneity Chi²": figures["chi2"]}
            | {"Heterogeneity df": "2", "Heterogeneity I²": figures["I2"], "Effect Z": figures["z"]}
            | {"Experimental group label": "drug", "Control group label": "placebo"}
        )
        rows += [_row(number, name, study, cells) for study, cells in zip(STUDIES, data, strict=True)]
    inner = _zipped(
        {"made-data-rows.csv": _csv(rows), "made-overall-estimates-and-settings.csv": _csv(settings)}
    )
    path.write_bytes(_zipped({"made/made-data.zip": inner}))
    return path


def _row(number, name, study, cells):
    row = dict.fromkeys(
        ("GIV Mean", "GIV SE", "Experimental mean", "Experimental SD", "Control mean", "Control SD"), "0.0"
    )
    row |= dict.fromkeys(("Experimental cases", "Experimental N", "Control cases", "Control N"), "0")
    row |= {"Analysis group": "1", "Analysis number": number, "Analysis name": name, "Subgroup": ""}
    row["Study"] = study
    names = {
        4: ("Experimental cases", "Experimental N", "Control cases", "Control N"),
        6: (
            *("Experimental mean", "Experimental SD", "Experimental N"),
            *("Control mean", "Control SD", "Control N"),
        ),
        2: ("GIV Mean", "GIV SE"),
    }[len(cells)]
    return row | dict(zip(names, cells, strict=True))


def _csv(rows):
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _zipped(files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize("name", ANALYSES)
def test_a_pool_of_revman_is_the_same_to_its_printed_digits(name: str, tmp_path: Path) -> None:
    draft = draft_from(package(tmp_path / "made.zip"), Wishes())
    printed = next(each for each in draft.printed if each.title == name)
    found = compare_pool(printed)
    assert found.rows
    assert [row for row in found.rows if not row[3]] == []
    assert len(found.rows) == (8 if printed.random else 7)


def test_another_figure_is_told_as_different(tmp_path: Path) -> None:
    draft = draft_from(package(tmp_path / "made.zip"), Wishes())
    printed = next(each for each in draft.printed if each.title == "md-iv-fixed")
    changed = {**printed.figures, "chi2": "15.874441"}
    from dataclasses import replace

    found = compare_pool(replace(printed, figures=changed))
    assert not found.same
    assert [label for label, _, _, same in found.rows if not same] == ["Chi²"]
