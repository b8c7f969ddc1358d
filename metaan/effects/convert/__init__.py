"""Numbers that were reported otherwise, brought to counts, standard deviations and effects.

Every result is frozen and carries `how`, a clause for the log of decisions that says which numbers it was
made from, and `status`, "derived", because it is a conversion and not what a paper printed.

Counts
    `count_from_percent`
Standard errors
    `se_from_interval`, `se_from_p`, `se_from_t`, `se_from_z`, `se_from_f`
Standard deviations
    `sd_from_se`, `sd_from_interval` (one group); `sd_from_difference_t`, `sd_from_difference_p`,
    `sd_from_difference_interval` (shared by two groups)
Means and standard deviations
    `arm_from_quantiles` (median with quartiles, range, or both)
Effects of studies that print no arms
    `md_from_interval`, `ratio_from_interval`, `ratio_from_p`, `smd_from_p`
Hazard ratios
    `hazard_ratio_from_interval`, `hazard_ratio_from_p`, `hazard_ratio_from_oe`, `hazard_ratio_with_variance`,
    `hazard_ratio_from_logrank_p`, with `logrank_variance_from_arms` or `logrank_variance_from_total`
Arms
    `combine_counts`, `combine_means`, `split_counts`, `split_means`
Changes from baseline
    `sd_of_change`, `correlation_from_sds`
From scale to scale
    `log_odds_ratio_from_smd`, `smd_from_log_odds_ratio`, `smd_from_r`, `r_from_smd`, `z_from_r`, `r_from_z`,
    `log_risk_ratio_from_log_odds_ratio`
"""

from __future__ import annotations

from metaan.effects.convert.arms import combine_counts, combine_means, split_counts, split_means
from metaan.effects.convert.change import correlation_from_sds, sd_of_change
from metaan.effects.convert.contrasts import md_from_interval, ratio_from_interval, ratio_from_p, smd_from_p
from metaan.effects.convert.hazards import (
    hazard_ratio_from_interval,
    hazard_ratio_from_logrank_p,
    hazard_ratio_from_oe,
    hazard_ratio_from_p,
    hazard_ratio_with_variance,
    logrank_variance_from_arms,
    logrank_variance_from_total,
)
from metaan.effects.convert.percent import count_from_percent
from metaan.effects.convert.quantiles import arm_from_quantiles
from metaan.effects.convert.scales import (
    log_odds_ratio_from_smd,
    log_risk_ratio_from_log_odds_ratio,
    r_from_smd,
    r_from_z,
    smd_from_log_odds_ratio,
    smd_from_r,
    z_from_r,
)
from metaan.effects.convert.spread import (
    sd_from_difference_interval,
    sd_from_difference_p,
    sd_from_difference_t,
    sd_from_interval,
    sd_from_se,
)
from metaan.effects.convert.standard_errors import (
    se_from_f,
    se_from_interval,
    se_from_p,
    se_from_t,
    se_from_z,
)
from metaan.effects.convert.values import (
    CombinedArm,
    CombinedCount,
    Converted,
    ConvertedArm,
    ConvertedEffect,
    Count,
    SplitCount,
    SplitMean,
)

__all__ = [
    "CombinedArm",
    "CombinedCount",
    "Converted",
    "ConvertedArm",
    "ConvertedEffect",
    "Count",
    "SplitCount",
    "SplitMean",
    "arm_from_quantiles",
    "combine_counts",
    "combine_means",
    "correlation_from_sds",
    "count_from_percent",
    "hazard_ratio_from_interval",
    "hazard_ratio_from_logrank_p",
    "hazard_ratio_from_oe",
    "hazard_ratio_from_p",
    "hazard_ratio_with_variance",
    "log_odds_ratio_from_smd",
    "log_risk_ratio_from_log_odds_ratio",
    "logrank_variance_from_arms",
    "logrank_variance_from_total",
    "md_from_interval",
    "r_from_smd",
    "r_from_z",
    "ratio_from_interval",
    "ratio_from_p",
    "sd_from_difference_interval",
    "sd_from_difference_p",
    "sd_from_difference_t",
    "sd_from_interval",
    "sd_from_se",
    "sd_of_change",
    "se_from_f",
    "se_from_interval",
    "se_from_p",
    "se_from_t",
    "se_from_z",
    "smd_from_log_odds_ratio",
    "smd_from_p",
    "smd_from_r",
    "split_counts",
    "split_means",
    "z_from_r",
]
