"""Every code of the catalogue has its long help."""

from __future__ import annotations

import pytest

from metaan.review.catalogue import CATALOGUE
from metaan.review.explanations import EXPLANATIONS, explanation_text


def test_no_code_is_without_and_none_is_unknown():
    assert list(EXPLANATIONS) == list(CATALOGUE)


@pytest.mark.parametrize("code", CATALOGUE)
def test_rule_reason_cure_and_example_are_there_in_sentences(code):
    text = explanation_text(code)
    assert CATALOGUE[code].rule in text
    assert CATALOGUE[code].why in text
    known = EXPLANATIONS[code]
    assert known.cure[0].isupper()
    assert known.cure.endswith(".")
    assert known.example.endswith((".", "?"))
