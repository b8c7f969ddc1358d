"""What four packages do unless told otherwise, as data.

metafor 5.1-12 and meta 8.4-0 were run; RevMan's and Stata's defaults are from their manuals.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import nan

__all__ = ["PACKAGES", "PREDICTION_RULES", "Default", "Profile", "prediction_dof"]

RUN_METAFOR = "run, metafor 5.1-12"
RUN_META = "run, meta 8.4-0"
REVMAN_MANUAL = (
    "from the manual, RevMan Web (Cochrane, random-effects methods for intervention reviews, 2024)"
)
REVMAN_ALGORITHMS = (
    "from the manual, Deeks and Higgins, Statistical algorithms in Review Manager 5 (Cochrane, 2010)"
)
META_MANUAL = "from the manual, metabin() of meta"
INFERRED = "not checked for single studies; as its Mantel-Haenszel risk difference, run, meta 8.4-0"
STATA_MANUAL = "from the manual, Stata 17 Meta-Analysis Reference Manual, meta summarize"

PREDICTION_RULES = {
    "test": "the quantile of the test, normal for z and t on k - 1 for the others",
    "k-1": "t on k - 1 degrees of freedom",
    "k-2": "t on k - 2 degrees of freedom",
}
"""Where the quantile of a prediction interval comes from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Default:
    """One default of a package.

    Attributes
    ----------
    value : str
        As metaan names it.
    words : str
        What the package does, to be read after its name and "uses".
    source : str
        "run" with the version, "from the manual", or "not checked".
    """

    value: str
    words: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """The defaults of one package, a row of `PACKAGES`.

    Attributes
    ----------
    name, package : str
        As `profile=` takes it, and with its version.
    method, test : Default
        Estimator of tau2 and test of the mean, which `pool` obeys.
    prediction : Default
        A key of `PREDICTION_RULES`, which `pool` obeys.
    I2 : Default
        The I2 that the package prints: "tau2" or "Q". `pool` gives both.
    zero_cells, risk_difference, smd_variance : Default
        How effects are computed from cells: what is added to cells of 0 for ratios, and for risk differences;
        the standardised mean difference and its variance. `pool` takes effects and does not see it;
        `profile_effects` obeys.
    mantel_haenszel, mantel_haenszel_variance : Default
        What is added to cells of 0 before tables are pooled by Mantel and Haenszel's method, and the variance
        of its risk difference.
    """

    name: str
    package: str
    method: Default
    test: Default
    prediction: Default
    I2: Default
    zero_cells: Default
    risk_difference: Default
    smd_variance: Default
    mantel_haenszel: Default
    mantel_haenszel_variance: Default


UNSEEN = Default(value="not checked", words="a rule that was not checked here", source="not checked")
AS_METAFOR = Default(
    value="not checked",
    words="a rule that was not checked here (its row takes metafor's)",
    source="not checked",
)
ADDED = "0.5 in every cell of a study with a zero"
ONE_OUTCOME_OUT = f"{ADDED}, without studies that had no event or events only"
IN_VARIANCE = "(for a risk difference in its variance only)"
GREENLAND_ROBINS = "Greenland and Robins' variance"
WALD = "a normal (Wald) interval"
FROM_TAU2 = "tau2 and the typical sampling variance"

PACKAGES = {
    row.name: row
    for row in (
        Profile(
            name="metafor",
            package="metafor 5",
            method=Default(value="REML", words="restricted maximum likelihood", source=RUN_METAFOR),
            test=Default(value="z", words=WALD, source=RUN_METAFOR),
            prediction=Default(
                value="test", words="the quantile of the test, here normal", source=RUN_METAFOR
            ),
            I2=Default(value="tau2", words=FROM_TAU2, source=RUN_METAFOR),
            zero_cells=Default(
                value="only0", words=f"{ADDED}, studies without any event included", source=RUN_METAFOR
            ),
            risk_difference=Default(value="only0", words=ADDED, source=RUN_METAFOR),
            smd_variance=Default(value="LS", words="1/n1 + 1/n2 + g²/(2N)", source=RUN_METAFOR),
            mantel_haenszel=Default(value="exact", words="the cells as they are", source=RUN_METAFOR),
            mantel_haenszel_variance=Default(
                value="Sato", words="Sato, Greenland and Robins' variance", source=RUN_METAFOR
            ),
        ),
        Profile(
            name="meta",
            package="meta 8",
            method=Default(value="REML", words="restricted maximum likelihood", source=RUN_META),
            test=Default(value="z", words=WALD, source=RUN_META),
            prediction=Default(
                value="k-1", words="t on k - 1 degrees of freedom (before 8.0: k - 2)", source=RUN_META
            ),
            I2=Default(value="Q", words="Q and its degrees of freedom", source=RUN_META),
            zero_cells=Default(value="only0, one outcome out", words=ONE_OUTCOME_OUT, source=META_MANUAL),
            risk_difference=Default(
                value="variance only",
                words=f"the difference as it is, and in its variance {ADDED}",
                source=INFERRED,
            ),
            smd_variance=Default(value="exact", words="the exact variance of g", source=RUN_META),
            mantel_haenszel=Default(
                value="only0",
                words=f"{ADDED} {IN_VARIANCE}",
                source=RUN_META,
            ),
            mantel_haenszel_variance=Default(
                value="Greenland-Robins", words=GREENLAND_ROBINS, source=RUN_META
            ),
        ),
        Profile(
            name="revman",
            package="RevMan",
            method=Default(
                value="DL", words="DerSimonian-Laird (REML is offered in RevMan Web)", source=REVMAN_MANUAL
            ),
            test=Default(value="z", words=WALD, source=REVMAN_MANUAL),
            prediction=Default(
                value="test", words="the quantile of the test, here normal", source=REVMAN_MANUAL
            ),
            I2=Default(value="tau2", words=f"{FROM_TAU2} (since 2024)", source=REVMAN_MANUAL),
            zero_cells=Default(
                value="only0, one outcome out", words=ONE_OUTCOME_OUT, source=REVMAN_ALGORITHMS
            ),
            risk_difference=Default(
                value="where the variance is 0",
                words="0.5 in every cell of a study whose variance would be 0",
                source=REVMAN_ALGORITHMS,
            ),
            smd_variance=Default(
                value="N - 3.94",
                words="1/n1 + 1/n2 + g²/(2(N - 3.94)), g with the factor 1 - 3/(4N - 9)",
                source=REVMAN_ALGORITHMS,
            ),
            mantel_haenszel=Default(
                value="arm",
                words=f"0.5 in every cell of a study with a zero arm {IN_VARIANCE}",
                source=f"{META_MANUAL}, which says so of RevMan 5",
            ),
            mantel_haenszel_variance=Default(
                value="Greenland-Robins", words=GREENLAND_ROBINS, source=REVMAN_ALGORITHMS
            ),
        ),
        Profile(
            name="stata",
            package="Stata 17",
            method=Default(value="REML", words="restricted maximum likelihood", source=STATA_MANUAL),
            test=Default(value="z", words=WALD, source=STATA_MANUAL),
            prediction=Default(value="k-2", words="t on k - 2 degrees of freedom", source=STATA_MANUAL),
            I2=Default(value="tau2", words=FROM_TAU2, source=STATA_MANUAL),
            zero_cells=AS_METAFOR,
            risk_difference=AS_METAFOR,
            smd_variance=AS_METAFOR,
            mantel_haenszel=UNSEEN,
            mantel_haenszel_variance=UNSEEN,
        ),
    )
}
"""The four profiles, by the name that `profile=` takes."""


def prediction_dof(rule: str, *, k: int, dof: float) -> float:
    """Give the degrees of freedom of a prediction interval.

    Parameters
    ----------
    rule : str
        A key of `PREDICTION_RULES`.
    k : int
        Number of studies, 2 or more.
    dof : float
        Degrees of freedom of the test of the mean; `inf` where it is normal.

    Returns
    -------
    float
        `inf` where the quantile is normal, `nan` where there is none: k - 2 with two studies.

    References
    ----------
    Higgins JPT, Thompson SG, Spiegelhalter DJ. A re-evaluation of random-effects meta-analysis. Journal of
    the Royal Statistical Society A 2009; 172: 137-159.
    Veroniki AA, Jackson D, Bender R, et al. Methods to calculate uncertainty in the estimated overall effect
    size from a random-effects meta-analysis. Research Synthesis Methods 2019; 10: 23-43.

    Examples
    --------
    >>> from math import inf
    >>> prediction_dof("test", k=13, dof=inf), prediction_dof("k-2", k=13, dof=inf)
    (inf, 11.0)
    """
    if rule == "test":
        return dof
    left = k - (1 if rule == "k-1" else 2)
    return float(left) if left > 0 else nan
