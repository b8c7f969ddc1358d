"""Network meta-analysis: design, fit, inconsistency, ranking."""
