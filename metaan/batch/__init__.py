"""Many analyses become fits in one pass."""
