"""Evidence synthesis: from extracted trial data to the figures and numbers of a paper.

Everything public is importable from here; importing the package alone loads nothing heavy.
"""

__version__ = "0.1.0"

_HOME = {
    "AnalysisResult": "metaan.results.synthesis",
    "AssumedTau2": "metaan.results.network",
    "Asymmetry": "metaan.results.asymmetry",
    "BetterThan": "metaan.results.ranking",
    "ComponentNetwork": "metaan.results.components",
    "Contrasts": "metaan.results.network",
    "Contributions": "metaan.results.contribution",
    "Cumulative": "metaan.results.refits",
    "DesignDecomposition": "metaan.results.network",
    "Effects": "metaan.results.pairwise",
    "HatMatrix": "metaan.results.contribution",
    "HeterogeneityInterval": "metaan.results.pairwise",
    "InfluenceDiagnostics": "metaan.results.diagnostics",
    "InputError": "metaan.errors",
    "JudgedContributions": "metaan.results.contribution",
    "LeaveOneOut": "metaan.results.refits",
    "Loop": "metaan.results.inconsistency",
    "MantelHaenszel": "metaan.results.rare",
    "MergedArms": "metaan.effects.repeated",
    "MetaanError": "metaan.errors",
    "MixedModel": "metaan.results.rare",
    "ModifierTable": "metaan.results.modifiers",
    "NetHeat": "metaan.results.inconsistency",
    "Network": "metaan.results.network",
    "NetworkRegression": "metaan.results.network_regression",
    "NodeSplit": "metaan.results.network",
    "Peto": "metaan.results.rare",
    "PlanError": "metaan.errors",
    "Pooled": "metaan.results.pairwise",
    "PooledMany": "metaan.results.batch",
    "Predicted": "metaan.results.regression",
    "Preset": "metaan.figures.presets",
    "ProfileComparison": "metaan.results.profiles",
    "RankedTreatment": "metaan.results.ranking",
    "Rankogram": "metaan.results.ranking",
    "RareNetwork": "metaan.results.rare_network",
    "RareRow": "metaan.results.rare_network",
    "Regression": "metaan.results.regression",
    "ReviewError": "metaan.errors",
    "SmallStudyTest": "metaan.results.asymmetry",
    "Subgroups": "metaan.results.regression",
    "TrimFill": "metaan.results.trimfill",
    "assumed_tau2": "metaan.models.network.spread",
    "asymmetry": "metaan.sensitivity.asymmetry",
    "baujat_plot": "metaan.figures.baujat",
    "better_than": "metaan.models.network.ranking",
    "bubble_plot": "metaan.figures.bubble",
    "bucher": "metaan.models.network.loops",
    "bucher_indirect": "metaan.models.network.loops",
    "cinema_arms": "metaan.tables.cinema",
    "cinema_contrasts": "metaan.tables.cinema",
    "cinema_contributions": "metaan.tables.cinema",
    "compare_profiles": "metaan.models.profile_comparison",
    "compare_rare": "metaan.models.network.rare_comparison",
    "comparison_adjusted_funnel": "metaan.figures.adjusted_funnel",
    "component_network": "metaan.models.network.components",
    "contrasts": "metaan.effects.multiarm",
    "contribution_by_judgement": "metaan.models.network.contribution",
    "contribution_heat": "metaan.figures.contribution_heat",
    "contributions": "metaan.models.network.contribution",
    "cumulate": "metaan.sensitivity.cumulative",
    "decompose_designs": "metaan.models.network.inconsistency",
    "design_matrix": "metaan.formula",
    "drapery_plot": "metaan.figures.drapery",
    "effect_sizes": "metaan.effects.measures",
    "forest_plot": "metaan.figures.forest",
    "formula_columns": "metaan.formula",
    "funnel_plot": "metaan.figures.funnel",
    "generalised_vif": "metaan.models.regression",
    "glmm": "metaan.models.glmm",
    "hat_matrix": "metaan.models.network.flow",
    "heterogeneity_interval": "metaan.models.heterogeneity",
    "influence_diagnostics": "metaan.sensitivity.diagnostics",
    "influence_panel": "metaan.figures.influence_panel",
    "join_contrasts": "metaan.effects.join",
    "labbe_plot": "metaan.figures.labbe",
    "league_heat": "metaan.figures.league_heat",
    "leave_one_out": "metaan.sensitivity.influence",
    "mantel_haenszel": "metaan.models.mantel_haenszel",
    "merge_arms": "metaan.effects.repeated",
    "modifier_table": "metaan.models.network.modifiers",
    "net_heat": "metaan.models.network.heat",
    "net_heat_plot": "metaan.figures.net_heat_plot",
    "network": "metaan.models.network.fit",
    "network_heterogeneity_interval": "metaan.models.network.spread",
    "network_mantel_haenszel": "metaan.models.network.mantel_haenszel",
    "network_noncentral_hypergeometric": "metaan.models.network.conditional",
    "network_penalised": "metaan.models.network.penalised",
    "network_regression": "metaan.models.network.regression",
    "node_split_forest": "metaan.figures.node_split_forest",
    "p_scores": "metaan.models.network.ranking",
    "peto": "metaan.models.peto",
    "pool": "metaan.models.pairwise",
    "pool_many": "metaan.batch.pool",
    "predict": "metaan.models.regression",
    "preset_of": "metaan.figures.presets",
    "profile_effects": "metaan.models.profile_effects",
    "radial_plot": "metaan.figures.radial",
    "rank_table": "metaan.models.network.rankogram",
    "rankogram": "metaan.models.network.rankogram",
    "rankogram_figure": "metaan.figures.rankogram",
    "refit_forest": "metaan.figures.refit_forest",
    "regress": "metaan.models.regression",
    "small_study_test": "metaan.sensitivity.asymmetry",
    "split_nodes": "metaan.models.network.splitting",
    "subgroups": "metaan.models.subgroups",
    "trim_and_fill": "metaan.sensitivity.trimfill",
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
