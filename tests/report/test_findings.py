"""What the report finds out about a network: netmeta's figures through the whole pipeline; honest words."""

from __future__ import annotations

import re
import shutil
from math import isnan, log

import numpy as np
import pytest

from metaan.report.analysis import analyse
from metaan.report.evidence import node_names
from metaan.report.findings_sentences import findings_sentences
from metaan.review.read import read_review

PRINTED = 2e-8
"""netmeta 3.6-2 prints eight decimals."""
CONTRIBUTION = 1e-6
"""... and contributions to six."""


def varied(folder, tmp_path, **changes):
    """Copy a review, change lines of its plan, and run it."""
    copy = tmp_path / folder.name
    shutil.copytree(folder, copy)
    plan = copy / "review.toml"
    text = plan.read_text(encoding="utf-8")
    for old, new in changes.values():
        assert old in text
        text = text.replace(old, new)
    plan.write_text(text, encoding="utf-8")
    review = read_review(copy)
    return review, analyse(review)


@pytest.fixture(scope="module")
def senn(bundled, tmp_path_factory):
    """Senn 2013 by DerSimonian-Laird, netmeta's default."""
    folder = bundled.parent / "examples" / "senn"
    method = ('method = "REML"\ntest', 'method = "DL"\ntest')
    _, (analysis,) = varied(folder, tmp_path_factory.mktemp("senn"), method=method)
    return analysis.findings


# netmeta 3.6-2, netrank(netmeta(TE, seTE, treat1, treat2, studlab, data = Senn2013, sm = "MD")), random.
P_SCORES = {
    "acarbose": 0.52026442,
    "benfluorex": 0.43581702,
    "metformin": 0.78177653,
    "miglitol": 0.61365553,
    "pioglitazone": 0.77456973,
    "placebo": 0.01389505,
    "rosiglitazone": 0.89336818,
    "sitagliptin": 0.33309921,
    "sulfonylurea": 0.21030766,
    "vildagliptin": 0.42324667,
}


def test_p_scores_are_those_of_netmeta(senn):
    assert {each.treatment: pytest.approx(each.p_score, abs=PRINTED) for each in senn.ranked} == P_SCORES
    assert [each.treatment for each in senn.ranked] == sorted(P_SCORES, key=lambda name: -P_SCORES[name])


def test_sucra_is_the_p_score_but_for_chance(senn):
    # A rank among ten has a variance of 8.25 at most, SUCRA one of 8.25 / 81: five standard errors.
    chance = 5 * (8.25 / 81 / senn.ranks.samples) ** 0.5
    for each in senn.ranked:
        assert each.sucra == pytest.approx(P_SCORES[each.treatment], abs=chance)


def test_node_splits_are_those_of_netmeta(senn):
    # netsplit(), random effects: difference (standard error).
    printed = {
        frozenset(("metformin", "placebo")): (0.1234497999, 0.3108228024),
        frozenset(("metformin", "sulfonylurea")): (0.6196160884, 0.4727904465),
        frozenset(("rosiglitazone", "placebo")): (0.2206348181, 0.2977709993),
        frozenset(("rosiglitazone", "sulfonylurea")): (0.6778426453, 0.4783761456),
    }
    found = {frozenset((each.treat1, each.treat2)): each for each in senn.splits}
    for pair, (difference, se) in printed.items():
        assert abs(found[pair].difference) == pytest.approx(difference, abs=PRINTED)
        assert found[pair].difference_se == pytest.approx(se, abs=PRINTED)


def test_the_signs_of_a_split_follow_the_order_of_the_review(senn):
    for each in senn.splits:
        assert each.treat1 != "placebo"
        assert each.difference == pytest.approx(each.direct - each.indirect, nan_ok=True)
    split = next(each for each in senn.splits if (each.treat1, each.treat2) == ("metformin", "placebo"))
    assert split.direct < 0  # metformin lowers HbA1c


def test_the_decomposition_is_that_of_netmeta(senn):
    split = senn.designs  # decomp.design()
    assert split.Q_within == pytest.approx(74.45528174, abs=PRINTED)
    assert split.Q_between == pytest.approx(22.53027127, abs=PRINTED)
    assert split.Q_between_random == pytest.approx(2.194000132, abs=1e-9)
    assert (split.dof_within, split.dof_between) == (11, 7)


def test_every_estimate_is_made_of_shares_that_sum_to_1(senn):
    for found in (senn.contributions, senn.studies):
        assert np.allclose(found.shares.sum(axis=1), 1)
        assert len(found.pairs) == 45
        assert all(pair[0] != "placebo" for pair in found.pairs)  # in the order of the review


def test_nobody_judged_is_said_and_not_filled_in(senn):
    assert senn.judged.judgements == ("not judged",)
    assert np.allclose(senn.judged.shares, 1)


def test_what_a_network_cannot_tell_is_said(small_network):
    found, names = small_network
    assert isnan(found.heterogeneity.tau2[0])
    assert len(found.assumed) > 1
    assert found.assumed[0].tau2 == 0
    assert all(isnan(each.pvalue) and each.notes for each in found.splits)
    assert found.heat.rows == ()
    said = " ".join(findings_sentences(found, names))
    assert "assumed values" in said
    assert "meet in" not in said


@pytest.fixture(scope="module")
def small_network(bundled):
    review = read_review(bundled)
    results = {each.id: each for each in analyse(review)}
    return results["dizziness"].findings, node_names(review)


VERDICTS = re.compile(r"significan|superior|inferior|proves|likely|best treatment|effective", re.I)


def test_ranks_state_their_direction_and_their_uncertainty(senn):
    (said,) = (each for each in findings_sentences(senn, {}) if "P-scores" in each)
    assert "a lower value is the better one" in said
    assert re.search(r"rosiglitazone 0\.89 \(rank \d to \d\)", said)
    assert "says nothing of the size" in said
    assert not VERDICTS.search(said)


@pytest.mark.parametrize("margin", [1.25, 0.8, [0.5, 1.25]])
def test_a_margin_of_a_ratio_is_a_factor(bundled, tmp_path, margin):
    folder = bundled.parent / "examples" / "smoking"
    told = ('outcomes = ["', f'margin = {margin}\noutcomes = ["')
    _, (analysis,) = varied(folder, tmp_path, margin=told)
    found = analysis.findings
    assert found.margin == pytest.approx(log(1.25))
    for plain, far in zip(found.better, found.better_by_margin, strict=True):
        assert far.probability < plain.probability


def test_the_seed_of_the_plan_decides_the_draws(bundled, tmp_path):
    folder = bundled.parent / "examples" / "smoking"
    _, (one,) = varied(folder, tmp_path / "one")
    _, (same,) = varied(folder, tmp_path / "same")
    seeded = ('question = "', 'seed = 7\nquestion = "')
    copy = (folder / "review.toml").read_text(encoding="utf-8")
    first = copy.index('question = "')
    assert first < copy.index("[[analysis]]")
    _, (other,) = varied(folder, tmp_path / "other", seed=(copy[: first + 12], copy[:first] + seeded[1]))
    assert np.array_equal(one.findings.ranks.probabilities, same.findings.ranks.probabilities)
    assert not np.array_equal(one.findings.ranks.probabilities, other.findings.ranks.probabilities)
