"""Evidence synthesis: from extracted trial data to the figures and numbers of a paper.

Everything public is importable from here; importing the package alone loads nothing heavy.
"""

__version__ = "0.1.0"

_HOME = {
    "AnalysisResult": "metaan.results.synthesis",
    "Contrasts": "metaan.results.network",
    "Effects": "metaan.results.pairwise",
    "HeterogeneityInterval": "metaan.results.pairwise",
    "InputError": "metaan.errors",
    "MantelHaenszel": "metaan.results.rare",
    "MetaanError": "metaan.errors",
    "MixedModel": "metaan.results.rare",
    "Network": "metaan.results.network",
    "Peto": "metaan.results.rare",
    "PlanError": "metaan.errors",
    "Pooled": "metaan.results.pairwise",
    "PooledMany": "metaan.results.batch",
    "Predicted": "metaan.results.regression",
    "ProfileComparison": "metaan.results.profiles",
    "Regression": "metaan.results.regression",
    "ReviewError": "metaan.errors",
    "Subgroups": "metaan.results.regression",
    "bubble_plot": "metaan.figures.bubble",
    "compare_profiles": "metaan.models.profile_comparison",
    "comparison_adjusted_funnel": "metaan.figures.adjusted_funnel",
    "contrasts": "metaan.effects.multiarm",
    "contribution_heat": "metaan.figures.contribution_heat",
    "decompose_designs": "metaan.models.network.inconsistency",
    "design_matrix": "metaan.formula",
    "effect_sizes": "metaan.effects.measures",
    "formula_columns": "metaan.formula",
    "generalised_vif": "metaan.models.regression",
    "glmm": "metaan.models.glmm",
    "heterogeneity_interval": "metaan.models.heterogeneity",
    "league_heat": "metaan.figures.league_heat",
    "mantel_haenszel": "metaan.models.mantel_haenszel",
    "net_heat_plot": "metaan.figures.net_heat_plot",
    "network": "metaan.models.network.fit",
    "node_split_forest": "metaan.figures.node_split_forest",
    "p_scores": "metaan.models.network.ranking",
    "peto": "metaan.models.peto",
    "pool": "metaan.models.pairwise",
    "pool_many": "metaan.batch.pool",
    "predict": "metaan.models.regression",
    "rankogram_figure": "metaan.figures.rankogram",
    "regress": "metaan.models.regression",
    "split_nodes": "metaan.models.network.inconsistency",
    "subgroups": "metaan.models.subgroups",
}

__all__ = ["__version__", *_HOME]


def __getattr__(name: str) -> object:
    """Load a public name from its room on first use."""
    if name not in _HOME:
        raise AttributeError(f"module 'metaan' has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
