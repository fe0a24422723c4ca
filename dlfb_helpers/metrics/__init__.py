"""How good are predicted probabilities?"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "per_row": [
            "METRICS",
            "Unit",
            "average_precision",
            "micro_average_precision",
            "roc_auc",
            "metrics_table",
            "mean_metrics",
        ],
        "cafa": ["THRESHOLDS", "FScore", "SScore", "information_content", "threshold_curve", "fmax", "f_at", "smin"],
        "calibration": [
            "EPSILON",
            "Strategy",
            "reliability_table",
            "expected_calibration_error",
            "brier_score",
            "Temperature",
            "LogitScaling",
            "Isotonic",
        ],
        "uncertainty": ["CHUNK", "Interval", "bootstrap_mean", "paired_difference", "bootstrap_draws"],
        "on_device": ["BLOCK", "list_positives", "mean_areas"],
    },
)
