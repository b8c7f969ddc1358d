"""What is found out about a network beyond its estimates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from metaan.results.contribution import Contributions, JudgedContributions
    from metaan.results.inconsistency import Loop, NetHeat
    from metaan.results.modifiers import ModifierTable
    from metaan.results.network import AssumedTau2, DesignDecomposition, NodeSplit
    from metaan.results.pairwise import HeterogeneityInterval
    from metaan.results.ranking import BetterThan, RankedTreatment, Rankogram


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NetworkFindings:
    """Heterogeneity, consistency, ranks and contributions of one network.

    Attributes
    ----------
    reference : str
        The treatment that the others are set against.
    heterogeneity : HeterogeneityInterval
        Intervals of tau2, I2 and H2; `nan` with a note where tau2 cannot be estimated.
    assumed : tuple of AssumedTau2
        The estimates under assumed values; empty where tau2 was estimated.
    designs : DesignDecomposition
        Cochran's Q within and between designs.
    splits : tuple of NodeSplit
        Direct against indirect evidence, comparison by comparison.
    loops : tuple of Loop
        Closed loops of three comparisons.
    heat : NetHeat
        Where inconsistency comes from.
    ranks : Rankogram
        Of the component that holds the reference.
    ranked : tuple of RankedTreatment
        P-score, SUCRA and rank interval of each treatment, the best first.
    better, better_by_margin : tuple of BetterThan
        Probability of beating the reference at all, and by the margin; the second is empty without one.
    margin : float
        The smallest difference that matters, on the analysis scale; `nan` where the review names none.
    contributions, studies : Contributions
        Shares of direct comparisons, and of studies, in every estimate.
    judged : JudgedContributions
        Shares of studies by their overall risk of bias.
    modifiers : ModifierTable
        What might modify the effect, comparison by comparison.
    """

    reference: str
    heterogeneity: HeterogeneityInterval
    assumed: tuple[AssumedTau2, ...]
    designs: DesignDecomposition
    splits: tuple[NodeSplit, ...]
    loops: tuple[Loop, ...]
    heat: NetHeat
    ranks: Rankogram
    ranked: tuple[RankedTreatment, ...]
    better: tuple[BetterThan, ...]
    better_by_margin: tuple[BetterThan, ...]
    margin: float
    contributions: Contributions
    studies: Contributions
    judged: JudgedContributions
    modifiers: ModifierTable
