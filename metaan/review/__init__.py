"""A review on disk (CSV tables and review.toml) as validated values."""
