"""The fewest studies from which on something is computed; with fewer it is said that it was not."""

from __future__ import annotations

__all__ = ["LEAST_FOR_ASYMMETRY", "LEAST_TO_ADD_UP", "LEAST_TO_LEAVE_OUT"]

LEAST_TO_ADD_UP = 2
"""Studies below which there is no order to speak of."""
LEAST_TO_LEAVE_OUT = 3
"""Studies below which leaving one out leaves nothing to pool."""
LEAST_FOR_ASYMMETRY = 10
"""Studies below which tests of small-study effects have too little power."""
