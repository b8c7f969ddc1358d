"""What a command line asks of a file of a network: settled before anything is computed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import isfinite
from typing import TYPE_CHECKING, cast

from metaan.effects.multiarm import ARM_MEASURES
from metaan.errors import RequestError
from metaan.format import LOG_MEASURES, MEASURE_NAMES, ONE_GROUP_MEASURES
from metaan.models.network.splitting import METHODS as SPLITS
from metaan.models.network.tau2 import ESTIMATORS
from metaan.review.network_rows import INPUTS
from metaan.single.request import one_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from metaan.types import Axis, SmallValues

__all__ = ["REPEATED", "NetworkRequest", "settle"]

INVERSE = "inverse"
COMPARE = "compare"
INTERACTIONS = ("common", "independent")
REPEATED = ("refuse", "merge")
DIRECTIONS = ("desirable", "undesirable")
COMPARING = {name: words for name, words in MEASURE_NAMES.items() if name not in ONE_GROUP_MEASURES}


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkRequest:
    """One network meta-analysis as it is asked for.

    Attributes
    ----------
    measure : str or None
        One of those of `contrasts` where the file has arms; any measure that compares two groups, or None,
        where it has effects.
    method : str
        As `network` takes it.
    reference : str or None
        Treatment that the others are shown against.
    level : float
        Confidence level in (0, 1).
    small_values : {"desirable", "undesirable"} or None
        Whether a lower effect is the better one; None where it was not said, and nothing is ranked.
    repeated : {"refuse", "merge"}
        What becomes of arms of one treatment in one study.
    nodes : Path or None
        CSV file with raw_label and node.
    take : {"", "arms", "contrasts"}
        Which of the two to take where a row has both.
    columns : mapping of str to str
        Role to heading, where the user says which column is what.
    seed : int
        Of the draws of the rankogram.
    margin : float or None
        By how much a treatment must beat the reference; for a ratio measure a ratio.
    model : str
        "inverse", or also a key of `rare.RARE_MODELS`, or "compare" for all of them side by side.
    splits : {"back-calculation", "SIDDE"}
        How node splitting sets indirect evidence apart.
    components, inactive : str, str or None
        What stands between components, empty for no additive model; the component without effect.
    covariate, interaction : str
        Heading of the covariate, empty for none; "common" or "independent" slopes.
    modifiers : tuple of str
        Headings of possible effect modifiers.
    rob, indirectness : str
        Headings of the judgements of studies, empty for none.
    order : tuple of str
        Treatments in the order of a comparison-adjusted funnel.
    axis : {"fitted", "symmetric"}
        How far forest plots reach.
    """

    measure: str | None = None
    method: str = "REML"
    reference: str | None = None
    level: float = 0.95
    small_values: SmallValues | None = None
    repeated: str = "refuse"
    nodes: Path | None = None
    take: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    seed: int = 1
    margin: float | None = None
    model: str = INVERSE
    splits: str = "back-calculation"
    components: str = ""
    inactive: str | None = None
    covariate: str = ""
    interaction: str = "common"
    modifiers: tuple[str, ...] = ()
    rob: str = ""
    indirectness: str = ""
    order: tuple[str, ...] = ()
    axis: Axis = "fitted"

    @property
    def cells(self) -> tuple[str, ...]:
        """Cells that the measure needs of every arm; empty where it is not computed from arms."""
        return ARM_MEASURES[self.measure].cells if self.measure in ARM_MEASURES else ()


def settle(request: NetworkRequest) -> NetworkRequest:
    """Spell what is asked for as the library does, and refuse what does not exist.

    Raises
    ------
    RequestError
        For an unknown measure, method or other option, with near names; a level out of range.

    Examples
    --------
    >>> settle(NetworkRequest(measure="or", method="dl")).method
    'DL'
    """
    if not 0 < request.level < 1:
        raise RequestError(f"--level {request.level:g} is no confidence level; give one such as 0.95.")
    if request.seed < 0:
        raise RequestError(f"--seed {request.seed} is negative; give a whole number of 0 or more.")
    small_values = one_of("small-values", request.small_values, DIRECTIONS)
    measure = one_of("measure", request.measure, COMPARING)
    _check_margin(request, measure)
    if request.model != INVERSE and measure != "OR":
        raise RequestError(f"--model {request.model} is for odds ratios; ask for --measure OR.")
    if request.inactive is not None and not request.components:
        raise RequestError("--inactive is for --components; give the separator of components too.")
    return replace(
        request,
        measure=measure,
        method=one_of("method", request.method, ESTIMATORS) or "REML",
        small_values=cast("SmallValues | None", small_values),
        splits=one_of("splits", request.splits, SPLITS) or "back-calculation",
        repeated=one_of("repeated", request.repeated, REPEATED) or "refuse",
        take=one_of("input", request.take or None, INPUTS) or "",
    )


def _check_margin(request: NetworkRequest, measure: str | None) -> None:
    margin = request.margin
    if margin is None:
        return
    if request.small_values is None:
        raise RequestError("--margin is for the ranking; say which way is better with --small-values too.")
    if not isfinite(margin) or margin < 0 or (measure in LOG_MEASURES and margin == 0):
        kind = "a ratio above 0, such as 1.25" if measure in LOG_MEASURES else "a number of 0 or more"
        raise RequestError(f"--margin {margin:g} is no difference that can matter; give {kind}.")
