"""The vocabulary: names only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    FloatArray: TypeAlias = NDArray[np.float64]
    BoolArray: TypeAlias = NDArray[np.bool_]

Interval: TypeAlias = tuple[float, float]

Kind: TypeAlias = Literal["binary", "continuous"]
Direction: TypeAlias = Literal["higher_better", "lower_better"]
Status: TypeAlias = Literal["extracted", "derived", "imputed"]
Test: TypeAlias = Literal["z", "t", "hksj", "adhoc"]
TestRule: TypeAlias = Literal["z", "t", "hksj", "adhoc", "cochrane"]
SmallValues: TypeAlias = Literal["desirable", "undesirable"]
Format: TypeAlias = Literal["svg", "pdf", "png", "tiff", "eps"]
Journal: TypeAlias = Literal["metaan", "bmj", "jama", "revman", "lancet", "nature", "plos", "bmc"]
Axis: TypeAlias = Literal["fitted", "symmetric"]
Sort: TypeAlias = Literal["plan", "year", "effect", "weight", "label"]
