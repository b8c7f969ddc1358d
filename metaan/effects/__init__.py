"""Cells of arms become effects and their sampling variances."""
