"""Arms of one treatment in one study, taken together."""

from __future__ import annotations

import numpy as np
import pytest

from metaan import InputError, contrasts, merge_arms


def test_means_are_those_of_all_participants_at_once() -> None:
    """A naive twin: the standard deviation of the people themselves, not of summaries."""
    rng = np.random.default_rng(4)
    people = [rng.normal(m, s, n) for m, s, n in ((3, 1, 30), (5, 2, 17), (4, 1.5, 25))]
    found = merge_arms(
        ["s"] * 4,
        ["A", "B", "A", "A"],
        mean=[people[0].mean(), 9.0, people[1].mean(), people[2].mean()],
        sd=[people[0].std(ddof=1), 1.0, people[1].std(ddof=1), people[2].std(ddof=1)],
        n=[30, 10, 17, 25],
    )
    everyone = np.concatenate(people)
    assert found.treatment == ("A", "B")
    assert found.cells["n"].tolist() == [72, 10]
    assert found.cells["mean"][0] == pytest.approx(everyone.mean(), rel=1e-12)
    assert found.cells["sd"][0] == pytest.approx(everyone.std(ddof=1), rel=1e-12)
    assert found.cells["sd"][1] == 1.0
    assert [each[:2] for each in found.merged] == [("s", "A")]


def test_counts_and_person_time_add_up() -> None:
    counts = merge_arms(["s", "t", "s"], ["A", "A", "A"], events=[1, 2, 3], n=[10, 20, 30])
    assert counts.study == ("s", "t")
    assert counts.cells["events"].tolist() == [4, 2]
    assert counts.cells["n"].tolist() == [40, 20]
    rates = merge_arms(["s", "s"], ["A", "A"], events=[1, 2], time=[10.5, 20.25])
    assert rates.cells["time"].tolist() == [30.75]
    assert rates.merged == (("s", "A", "2 arms added up: 1/10.5 + 2/20.25"),)


def test_what_comes_out_goes_into_contrasts() -> None:
    cells = {"events": [1, 2, 3], "n": [10, 20, 30]}
    found = merge_arms(["s"] * 3, ["A", "B", "A"], **cells)
    whole = contrasts("RD", found.study, found.treatment, **found.cells)
    assert whole.yi.tolist() == pytest.approx([4 / 40 - 2 / 20])


def test_arms_that_stand_alone_keep_what_they_have() -> None:
    found = merge_arms(["s", "s"], ["A", "B"], events=[1.5, np.nan], n=[10, 20])
    assert found.merged == ()
    np.testing.assert_array_equal(found.cells["events"], [1.5, np.nan])


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"events": [1, 2]}, "given were events"),
        ({}, "given were none"),
        ({"events": [1, np.nan], "n": [10, 20]}, "study 's', arms of A: events"),
        ({"events": [1, 2], "time": [10, 0]}, "study 's', arms of A"),
        ({"events": [1, 2, 3], "n": [10, 20, 30]}, "differ in length"),
        ({"mean": [1, 2], "sd": [1, -1], "n": [10, 20]}, "not a standard deviation"),
    ],
)
def test_what_cannot_be_merged(cells: dict[str, list[float]], expected: str) -> None:
    with pytest.raises(InputError, match=expected):
        merge_arms(["s", "s"], ["A", "A"], **cells)
