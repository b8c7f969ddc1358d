"""The table of trim and fill."""

from __future__ import annotations

import csv
import io
from math import exp
from types import SimpleNamespace

import numpy as np
import pytest

from metaan import pool, trim_and_fill
from metaan.tables.table import to_csv, to_html
from metaan.tables.trim_fill import trim_fill_table

VI = np.linspace(0.02, 0.4, 12)
YI = -0.2 - 1.1 * np.sqrt(VI)
SAME = 1e-9
"""Numbers of the CSV carry ten digits."""


def compared(treat1="a", *, shown=True, yi=YI):
    return SimpleNamespace(
        treat1=treat1,
        treat2="p",
        k=len(yi),
        main=pool(yi, VI, method="DL", test="z"),
        trim_fill=trim_and_fill(yi, VI, method="DL", test="z") if shown else None,
    )


def analysis(*comparisons):
    main = SimpleNamespace(comparisons=comparisons, measure="RR")
    return SimpleNamespace(id="x", title="Pain", main=main, level=0.95)


def read(table):
    return list(csv.DictReader(io.StringIO(to_csv(table), newline="")))


def test_a_row_holds_the_mean_as_found_and_with_the_studies_filled_in():
    one = compared()
    table = trim_fill_table(analysis(one), {"a": "Drug A"})
    (row,) = read(table)
    assert table.id == "x-trim-fill"
    assert (row["comparison"], row["studies"]) == ("Drug A versus p", "12")
    assert (int(row["filled"]), row["side"]) == (one.trim_fill.k0, "right")
    assert one.trim_fill.k0 > 0
    for name, fit in (("found", one.main), ("with", one.trim_fill.pooled)):
        assert float(row[f"{name}_estimate"]) == pytest.approx(fit.estimate, rel=SAME)
        assert float(row[f"{name}_ci_low"]) == pytest.approx(fit.ci[0], rel=SAME)
        assert float(row[f"{name}_effect_high"]) == pytest.approx(exp(fit.ci[1]), rel=SAME)
        assert float(row[f"tau2_{name}"]) == pytest.approx(fit.tau2, rel=SAME)
        assert float(row[f"I2_{name}"]) == pytest.approx(fit.I2, rel=SAME)


def test_it_is_called_a_sensitivity_analysis_on_every_page():
    html = to_html(trim_fill_table(analysis(compared()), {}))
    assert "Pain: trim and fill, a sensitivity analysis" in html
    assert "mirror images, not results" in html
    assert "publication bias" not in html


def test_a_side_is_named_only_where_something_was_filled_in():
    one = compared()
    one.trim_fill = trim_and_fill(YI, VI, side="left", method="DL", test="z")
    (row,) = read(trim_fill_table(analysis(one), {}))
    assert (row["filled"], row["side"]) == ("0", "")
    assert row["with_estimate"] == row["found_estimate"]


def test_comparisons_are_named_where_there_are_several_and_left_out_where_there_is_nothing():
    table = trim_fill_table(analysis(compared(), compared("b"), compared("c", shown=False)), {})
    assert [row["treatment_1"] for row in read(table)] == ["a", "b"]
    assert "Comparison" in to_html(table)
    assert "Comparison" not in to_html(trim_fill_table(analysis(compared()), {}))
    assert trim_fill_table(analysis(compared(shown=False)), {}).rows == ()
