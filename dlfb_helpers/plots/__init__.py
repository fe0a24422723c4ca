"""Every figure the chapters draw; each function returns its Axes (several panels: the first of them).

Colours come from `plots_style`. Series differ by marker or line as well, and no text is smaller than 9 points.
"""

from dlfb_helpers.plots.embeddings import plot_embedding_map, plot_masked_averaging, plot_token_map
from dlfb_helpers.plots.evaluation import (
    plot_baselines,
    plot_best_terms,
    plot_intervals,
    plot_reliability,
    plot_score_against_examples,
    plot_threshold_choice,
    plot_threshold_curves,
    plot_true_and_predicted,
)
from dlfb_helpers.plots.masking import plot_mask_probabilities, plot_position_scan, plot_substitution_effects
from dlfb_helpers.plots.ontology import plot_ontology_fragment
from dlfb_helpers.plots.pipeline import plot_pipeline
from dlfb_helpers.plots.proteins import plot_composition, plot_one_hot, plot_residue_distances, plot_structures
from dlfb_helpers.plots.training import (
    plot_label_counts,
    plot_label_matrix,
    plot_lengths,
    plot_loss,
    plot_metrics,
    plot_sigmoid_and_loss,
)

__all__ = [
    "plot_baselines",
    "plot_best_terms",
    "plot_composition",
    "plot_embedding_map",
    "plot_intervals",
    "plot_label_counts",
    "plot_label_matrix",
    "plot_lengths",
    "plot_loss",
    "plot_mask_probabilities",
    "plot_masked_averaging",
    "plot_metrics",
    "plot_one_hot",
    "plot_ontology_fragment",
    "plot_pipeline",
    "plot_position_scan",
    "plot_reliability",
    "plot_residue_distances",
    "plot_score_against_examples",
    "plot_sigmoid_and_loss",
    "plot_structures",
    "plot_substitution_effects",
    "plot_threshold_choice",
    "plot_threshold_curves",
    "plot_token_map",
    "plot_true_and_predicted",
]
