"""Values of contrasts and network meta-analysis."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from metaan.types import FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmNote:
    """One entry of the ledger of a study's arms: what was done to their cells, and why.

    Attributes
    ----------
    study : str
        Label of the study.
    action : {"added", "left_out"}
        Something was added to the cells of its arms; these arms carry nothing.
    arms : tuple of str
        Treatments of the arms.
    cells : tuple of str
        To which cells of each arm; empty unless something was added.
    amount : float
        What was added to each of them; 0 unless something was added.
    reason : str
        Why, as a clause.
    """

    study: str
    action: Literal["added", "left_out"]
    arms: tuple[str, ...]
    cells: tuple[str, ...] = ()
    amount: float = 0.0
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Contrasts:
    """All pairwise contrasts of m study-comparisons; yi is treat1 minus treat2.

    Attributes
    ----------
    study, treat1, treat2 : tuple of str, length m
        Labels.
    yi, sei : ndarray, shape (m,)
        Effects and standard errors; ratio measures on the log scale.
    measure : str
        The measure's name.
    notes : tuple of str
        Corrections that were made, study by study.
    left_out : tuple of (str, str)
        Studies that carry nothing, each with its reason.
    ledger : tuple of ArmNote
        Notes and studies left out as data, by study.
    """

    study: tuple[str, ...]
    treat1: tuple[str, ...]
    treat2: tuple[str, ...]
    yi: FloatArray
    sei: FloatArray
    measure: str
    notes: tuple[str, ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()
    ledger: tuple[ArmNote, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Component:
    """A connected part of a network, with the heterogeneity estimated in it.

    Attributes
    ----------
    treatments, studies : tuple of str
        Sorted treatment labels; study labels in input order.
    tau2, I2, Q, Q_dof, Q_pvalue, Q_heterogeneity, Q_inconsistency : float
        `tau2` is `nan` where `Q_dof` is 0.
    """

    treatments: tuple[str, ...]
    studies: tuple[str, ...]
    tau2: float
    I2: float
    Q: float
    Q_dof: float
    Q_pvalue: float
    Q_heterogeneity: float
    Q_inconsistency: float
    Q_heterogeneity_dof: float
    Q_inconsistency_dof: float
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Network:
    """A network meta-analysis; matrices are row minus column.

    Attributes
    ----------
    treatments : tuple of str, length n
        Sorted labels, the order of rows and columns.
    estimate, se : ndarray, shape (n, n)
        Random effects; the common ones where tau2 cannot be estimated; `nan` across components.
    common_estimate, common_se : ndarray, shape (n, n)
        Common effects.
    prediction_low, prediction_high : ndarray, shape (n, n)
        Prediction interval, t on `Q_dof`; `nan` where `Q_dof` is below 2.
    direct_estimate, direct_se : ndarray, shape (n, n)
        Inverse-variance pool of the direct contrasts with the network's tau2; `nan` where none.
    direct_studies : ndarray, shape (n, n)
        Number of studies that compare the pair directly.
    tau2, I2, Q, Q_dof, Q_pvalue, Q_heterogeneity, Q_inconsistency : float
        Of the component that holds `reference`, otherwise of the largest. `I2` is the one from Q;
        `Q_inconsistency` is `nan` where inconsistency cannot be assessed.
    components : tuple of Component
        The connected parts, largest first.
    studies, multiarm : tuple of str
        All studies in input order; those with more than two treatments.
    contrasts : Contrasts
        The contrasts as they entered, multi-arm studies made exactly consistent; `measure` is empty.
    """

    treatments: tuple[str, ...]
    reference: str | None
    estimate: FloatArray
    se: FloatArray
    common_estimate: FloatArray
    common_se: FloatArray
    prediction_low: FloatArray
    prediction_high: FloatArray
    direct_estimate: FloatArray
    direct_se: FloatArray
    direct_studies: FloatArray
    tau2: float
    I2: float
    Q: float
    Q_dof: float
    Q_pvalue: float
    Q_heterogeneity: float
    Q_inconsistency: float
    components: tuple[Component, ...]
    studies: tuple[str, ...]
    multiarm: tuple[str, ...]
    method: str
    level: float
    contrasts: Contrasts
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AssumedTau2:
    """A network's estimates under an assumed between-study variance; matrices are row minus column.

    Attributes
    ----------
    tau2 : float
        What is assumed, in squared units of the effects.
    estimate, se : ndarray, shape (n, n)
        In the order of the network's treatments; `nan` across components.
    """

    tau2: float
    estimate: FloatArray
    se: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DesignQ:
    """Heterogeneity among the studies that compare the same set of treatments.

    Attributes
    ----------
    treatments, studies : tuple of str
        The set, sorted; its studies in input order.
    Q, dof, pvalue : float
        `pvalue` is `nan` where one study stands alone.
    """

    treatments: tuple[str, ...]
    studies: tuple[str, ...]
    Q: float
    dof: float
    pvalue: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DetachedDesign:
    """Inconsistency that is left when one design has effects of its own.

    Attributes
    ----------
    treatments : tuple of str
        The design, sorted.
    Q_contribution : float
        Its part of the Q between designs; the parts add up to it.
    Q, dof, pvalue : float
        Between designs after its detachment, common effects; `Q` is 0 and `pvalue` `nan` where no loop is
        left.
    """

    treatments: tuple[str, ...]
    Q_contribution: float
    Q: float
    dof: float
    pvalue: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DesignDecomposition:
    """Cochran's Q of a network, split into heterogeneity within and inconsistency between designs.

    Attributes
    ----------
    Q, dof, pvalue : float
        The whole, common effects.
    Q_within, dof_within, pvalue_within : float
        Within designs.
    Q_between, dof_between, pvalue_between : float
        Between designs; `nan` where no inconsistency can show (`dof_between` 0), with a note.
    tau2_within : float
        Between-study variance within designs (DerSimonian-Laird); `nan` where `dof_within` is 0.
    Q_between_random, pvalue_between_random : float
        Between designs under the random-effects design-by-treatment interaction model.
    designs : tuple of DesignQ
        One for each set of treatments, in the order of their first study.
    detached : tuple of DetachedDesign
        One for each design that a loop passes through, in the same order.
    """

    Q: float
    dof: float
    pvalue: float
    Q_within: float
    dof_within: float
    pvalue_within: float
    Q_between: float
    dof_between: float
    pvalue_between: float
    tau2_within: float
    Q_between_random: float
    pvalue_between_random: float
    designs: tuple[DesignQ, ...]
    detached: tuple[DetachedDesign, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NodeSplit:
    """One comparison: what its own studies say, and what the rest of the network says.

    Attributes
    ----------
    treat1, treat2 : str
        Effects are treat1 minus treat2.
    studies : int
        Number of studies that compare the pair directly.
    direct, direct_se : float
        From those studies, with the network's tau2.
    indirect, indirect_se : float
        From the rest; `nan` where there is no other way round, then with a note.
    difference, difference_se, pvalue : float
        Direct minus indirect, and its normal test.
    proportion_direct : float
        Share of the direct evidence in the network's estimate, in (0, 1].
    I2 : float
        Of the studies that compare the pair directly, from their Q, in [0, 1]; `nan` for one study.
    """

    treat1: str
    treat2: str
    studies: int
    direct: float
    direct_se: float
    indirect: float
    indirect_se: float
    difference: float
    difference_se: float
    pvalue: float
    proportion_direct: float
    I2: float = nan
    notes: tuple[str, ...] = ()
