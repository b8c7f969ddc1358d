"""Documents as JSON: what the standard library writes, and nothing that JSON does not know."""

from __future__ import annotations

import json
from math import inf, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metaan.report.canonical import write_canonical

PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(PLAIN | TEXTS, lambda each: st.lists(each) | st.dictionaries(TEXTS, each))


@given(st.dictionaries(TEXTS, VALUES), st.sampled_from([1, 2]))
def test_it_is_what_the_standard_library_writes(document, indent):
    twin = json.dumps(document, sort_keys=True, indent=indent, ensure_ascii=False, allow_nan=False)
    assert write_canonical(document, indent=indent).decode() == f"{twin}\n"


def test_pairs_and_subclasses_are_written_as_what_they_are():
    document = {"pair": (1, 2), "number": np.float64(0.1), "true": True}
    assert json.loads(write_canonical(document)) == {"pair": [1, 2], "number": 0.1, "true": True}


@pytest.mark.parametrize("value", [nan, inf, -inf])
def test_a_number_that_is_none_is_never_written(value):
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_canonical({"a": value})


@pytest.mark.parametrize("value", [{1: "a"}, {"a": {1, 2}}, {"a": np.int64(1)}, {"a": b"bytes"}])
def test_what_json_does_not_know_is_refused(value):
    with pytest.raises(TypeError):
        write_canonical(value)


def test_text_is_kept_as_it_is():
    written = write_canonical({"label": "Müller <b>τ²</b>"})
    assert written.decode("utf-8") == '{\n "label": "Müller <b>τ²</b>"\n}\n'
