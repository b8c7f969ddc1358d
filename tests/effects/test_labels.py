"""Labels: missing ones are refused, and what is taken as one label is said."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from metaan import InputError, contrasts, network
from metaan.effects.labels import label_column, merged_labels

CELLS = {"events": [10, 20, 3, 4], "n": [50, 50, 40, 40]}


def test_a_masked_label_is_missing():
    masked = np.ma.masked_array(["a", "b"], mask=[False, True])
    with pytest.raises(InputError, match=r"study\[1\] has no label"):
        label_column("study", masked)
    with pytest.raises(InputError, match=r"study\[1\] has no label"):
        label_column("study", ["a", np.ma.masked])
    assert label_column("study", np.ma.masked_array(["a", "b"])) == ("a", "b")


def test_labels_written_alike_need_no_note():
    assert merged_labels("study", [[1, np.int64(1), 2], ["a", np.str_("a")]]) == ()


def test_contrasts_say_which_labels_they_merged():
    found = contrasts("RR", [1, "1", "t", "t"], ["A", "B", "A ", "B"], **CELLS)
    assert found.study == ("1", "t")
    assert found.notes == (
        "study: 1 and '1' are taken as one label",
        "treatment: 'A' and 'A ' are taken as one label",
    )
    assert contrasts("RR", ["s", "s", "t", "t"], ["A", "B", "A", "B"], **CELLS).notes == ()


def test_a_network_says_which_labels_it_merged_across_columns():
    fit = network([1, "1", "1"], ["A", "B", "A"], ["B ", "C", "C"], [0.5, 0.2, 0.7], [0.2, 0.25, 0.3])
    assert fit.treatments == ("A", "B", "C")
    assert fit.notes[:2] == (
        "study: 1 and '1' are taken as one label",
        "treatment: 'B' and 'B ' are taken as one label",
    )
    clean = network(list("stu"), ["A", "B", "A"], ["B", "C", "C"], [0.5, 0.2, 0.7], [0.2, 0.25, 0.3])
    assert not any("one label" in note for note in clean.notes)


def test_what_pandas_does_not_know_is_missing():
    with pytest.raises(InputError, match=r"study\[1\] has no label"):
        label_column("study", ["a", pd.NA])
