"""Direct against indirect evidence."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from metaan import InputError, network, pool, split_nodes

LOOPS = [
    ("a", "A", "B", 0.5, 0.2),
    ("b", "B", "C", 0.2, 0.25),
    ("c", "A", "C", 0.45, 0.3),
    ("d", "A", "B", 0.9, 0.4),
    ("e", "C", "D", 1.0, 0.2),
    ("f", "B", "D", 1.5, 0.2),
    ("g", "D", "E", 0.1, 0.3),
]


def fit_rows(rows, **options):
    return network(*(list(column) for column in zip(*rows, strict=True)), **options)


@pytest.mark.parametrize("pair", [("A", "B"), ("B", "C"), ("A", "C"), ("C", "D"), ("B", "D")])
def test_the_indirect_estimate_is_the_network_without_the_direct_studies(pair):
    fit = fit_rows(LOOPS, method="EE")
    row = next(row for row in split_nodes(fit) if (row.treat1, row.treat2) == pair)
    rest = fit_rows([study for study in LOOPS if study[1:3] != pair], method="EE")
    i, j = (rest.treatments.index(treatment) for treatment in pair)
    assert row.indirect == pytest.approx(rest.estimate[i, j], rel=1e-10)
    assert row.indirect_se == pytest.approx(rest.se[i, j], rel=1e-10)
    assert row.difference == pytest.approx(row.direct - row.indirect)
    assert row.pvalue == pytest.approx(2 * norm.sf(abs(row.difference) / row.difference_se))
    precision = row.indirect_se**-2 + row.direct_se**-2
    assert row.proportion_direct == pytest.approx(row.direct_se**-2 / precision)


def test_the_studies_of_a_pair_are_compared_with_each_other():
    rows = [*LOOPS, ("h", "B", "A", -0.1, 0.3)]
    found = {(row.treat1, row.treat2): row.I2 for row in split_nodes(fit_rows(rows))}
    alone = pool([0.5, 0.9, 0.1], [0.2**2, 0.4**2, 0.3**2], method="EE")
    assert found["A", "B"] == pytest.approx(max(0.0, 1 - 2 / alone.Q))
    assert found["A", "B"] > 0
    assert np.isnan(found["B", "C"])


def test_a_bridge_has_no_indirect_evidence():
    row = split_nodes(fit_rows(LOOPS))[-1]
    assert (row.treat1, row.treat2, row.studies, row.proportion_direct) == ("D", "E", 1, 1.0)
    assert row.direct == pytest.approx(0.1)
    assert np.isnan([row.indirect, row.indirect_se, row.difference, row.difference_se, row.pvalue]).all()
    assert row.notes == ("there is no indirect evidence to compare with",)


def test_the_loop_within_one_study_is_no_evidence_against_it():
    rows = split_nodes(
        fit_rows([("s", "A", "B", 1.0, 0.3), ("s", "B", "C", 1.0, 0.4), ("s", "A", "C", 2.0, 0.5)])
    )
    assert [row.proportion_direct for row in rows] == [1.0, 1.0, 1.0]


def test_pairs_of_every_component_are_split():
    rows = split_nodes(fit_rows([*LOOPS, ("x", "X", "Y", 1.0, 1.0)]))
    assert (rows[-1].treat1, rows[-1].treat2) == ("X", "Y")
    assert len(rows) == 7


def test_sidde_is_back_calculation_without_multi_arm_studies():
    fit = fit_rows(LOOPS)
    for one, two in zip(split_nodes(fit), split_nodes(fit, method="SIDDE"), strict=True):
        found = (two.indirect, two.indirect_se, two.difference, two.pvalue, two.proportion_direct)
        expected = (one.indirect, one.indirect_se, one.difference, one.pvalue, one.proportion_direct)
        assert found == pytest.approx(expected, rel=1e-10, nan_ok=True)


@pytest.mark.parametrize("method", ["sidde", "", None, ["SIDDE"]])
def test_unknown_methods_are_refused(method):
    with pytest.raises(InputError, match="is not known; give 'back-calculation' or 'SIDDE'"):
        split_nodes(fit_rows(LOOPS), method=method)
