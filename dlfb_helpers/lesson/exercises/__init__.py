"""Exercises that check themselves: a module a chapter, a ``check_...`` an exercise; what they share is `verdict`."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "dataset": ["check_minimum", "check_luck", "check_most_specific", "check_shares", "check_part_of"],
        "esm2_embeddings": ["check_fragment", "check_places", "check_shuffles", "check_agreement"],
        "evaluation": ["check_coin_score", "check_threshold", "check_share_won", "check_memory", "check_interval"],
        "honest_evaluation": ["check_silence", "check_come_true", "check_leak", "check_rare", "check_obey"],
        "masking": [
            "check_slipped",
            "check_guesser",
            "check_surest_mistake",
            "check_variant_score",
            "check_single_pass",
        ],
        "one_hot": ["check_decoded", "check_composition", "check_twin", "check_changes", "check_one_hot_or_unknown"],
        "proteins": ["check_rope", "check_richest", "check_spans", "check_hormones", "check_cut"],
        "training": ["check_areas", "check_slow", "check_stop", "check_head_start", "check_weighted_loss"],
        "whole_protein_embeddings": ["check_batch", "check_order", "check_simpler", "check_pooled"],
        "your_proteins": ["check_halves", "check_nonsense", "check_expected_wrong", "check_gentlest"],
    },
)
