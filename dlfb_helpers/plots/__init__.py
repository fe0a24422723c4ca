"""Every figure the chapters draw; each function returns its Axes (several panels: the first of them).

Colours come from `plots_style`. Series differ by marker or line as well, and no text is smaller than 9 points.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "assemblies": ["plot_levels", "plot_barrel"],
        "attention": ["plot_attention"],
        "embeddings": ["plot_token_map", "plot_embedding_map", "plot_masked_averaging"],
        "evaluation": [
            "plot_true_and_predicted",
            "plot_score_against_examples",
            "plot_baselines",
            "plot_best_terms",
            "plot_intervals",
        ],
        "judged": ["plot_judged"],
        "thresholds": ["plot_reliability", "plot_threshold_choice", "plot_threshold_curves"],
        "likeness": ["plot_likeness", "plot_trees"],
        "logo": ["plot_logo"],
        "masking": ["plot_mask_probabilities", "plot_position_scan", "plot_substitution_effects"],
        "molecules": ["plot_side_chains", "plot_peptide"],
        "ontology": ["plot_ontology_fragment"],
        "pipeline": ["plot_pipeline"],
        "proteins": ["plot_structures", "plot_composition", "plot_one_hot", "plot_residue_distances"],
        "training": [
            "plot_lengths",
            "plot_label_counts",
            "plot_label_matrix",
            "plot_sigmoid_and_loss",
            "plot_loss",
            "plot_metrics",
        ],
        "style": [
            "PALETTE",
            "GREY",
            "PART_COLOURS",
            "GROUP_COLOURS",
            "GROUP_MARKERS",
            "MARKERS",
            "SERIES",
            "SEQUENTIAL",
            "DIVERGING",
            "SHADES",
            "ALONG_CHAIN",
            "axes_or_new",
        ],
    },
)
