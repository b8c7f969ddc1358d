"""Figures: results become layouts in points, layouts become SVG, PDF and PNG."""
