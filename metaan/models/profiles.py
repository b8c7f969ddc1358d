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
    smd_variance, zero_cells, mantel_haenszel : Default
        What happens to the data before they are pooled; `pool` takes effects and does not see it.
    """

    name: str
    package: str
    method: Default
    test: Default
    prediction: Default
    I2: Default
    smd_variance: Default
    zero_cells: Default
    mantel_haenszel: Default


UNSEEN = Default(value="not checked", words="a rule that was not checked here", source="not checked")
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
            smd_variance=Default(value="LS", words="1/n1 + 1/n2 + g²/(2N)", source=RUN_METAFOR),
            zero_cells=Default(
                value="only0",
                words="0.5 in every cell of a study with a zero (studies without any event stay)",
                source=RUN_METAFOR,
            ),
            mantel_haenszel=Default(value="exact", words="the cells as they are", source=RUN_METAFOR),
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
            smd_variance=Default(value="exact", words="the exact variance of g", source=RUN_META),
            zero_cells=Default(
                value="only0, no event out",
                words="0.5 in every cell of a study with a zero (studies without any event are left out)",
                source=RUN_META,
            ),
            mantel_haenszel=Default(
                value="only0", words="0.5 in every cell of a study with a zero", source=RUN_META
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
            smd_variance=Default(
                value="N - 3.94", words="1/n1 + 1/n2 + g²/(2(N - 3.94))", source=REVMAN_MANUAL
            ),
            zero_cells=Default(
                value="only0, no event out",
                words="0.5 in every cell of a study with a zero (studies without any event are left out)",
                source=REVMAN_MANUAL,
            ),
            mantel_haenszel=Default(
                value="arm", words="0.5 in every cell of a study with a zero arm", source=REVMAN_MANUAL
            ),
        ),
        Profile(
            name="stata",
            package="Stata 17",
            method=Default(value="REML", words="restricted maximum likelihood", source=STATA_MANUAL),
            test=Default(value="z", words=WALD, source=STATA_MANUAL),
            prediction=Default(value="k-2", words="t on k - 2 degrees of freedom", source=STATA_MANUAL),
            I2=Default(value="tau2", words=FROM_TAU2, source=STATA_MANUAL),
            smd_variance=UNSEEN,
            zero_cells=UNSEEN,
            mantel_haenszel=UNSEEN,
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
