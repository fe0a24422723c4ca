"""How good predicted probabilities are."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "one_protein": ["calculate_per_target_metrics", "compute_metrics"],
        "per_row": [
            "METRICS",
            "average_precision",
            "mean_metrics",
            "metrics_table",
            "micro_average_precision",
            "roc_auc",
        ],
        "cafa": ["THRESHOLDS", "FScore", "SScore", "f_at", "fmax", "smin", "threshold_curve"],
        "information": ["information_content", "read_information"],
        "benchmark": ["Benchmark", "benchmarks"],
        "judging": ["Judged", "judge"],
        "calibration": ["brier_score", "expected_calibration_error", "reliability_table"],
        "calibrators": ["Isotonic", "LogitScaling", "Temperature"],
        "uncertainty": ["Interval", "bootstrap_draws", "bootstrap_mean", "paired_difference"],
        "on_device": ["Scores", "list_positives", "mean_areas", "mean_scores"],
    },
)
