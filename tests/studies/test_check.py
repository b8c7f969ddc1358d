"""`metaan check` on the committed reviews: no error, and only the warnings that their README explains."""

from __future__ import annotations

import pytest

from metaan.review.check import check_review


def test_the_bundled_review_has_no_error_and_three_known_warnings(root):
    found = [(p.code, p.severity, p.file, p.row, p.column) for p in check_review(root / "studies")]
    lines = (root / "studies" / "review.toml").read_text(encoding="utf-8").splitlines()
    drowsiness = lines.index('id = "drowsiness"') + 1
    assert sorted(found) == [
        ("D013", "warning", "results.csv", 105, "sd"),  # Samsamshariat 2021, function: an outlier
        ("D023", "warning", "review.toml", drowsiness, "id"),  # the intravenous trial stands apart
        ("D027", "warning", "contrasts.csv", 2, "p"),  # Ralph 2008 read at its bound
    ]


@pytest.mark.parametrize("folder", ["bcg", "smoking", "senn"])
def test_the_examples_have_no_problem(root, folder):
    assert check_review(root / "examples" / folder) == ()
