"""From sequences to vectors, with ESM-2."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "checkpoints": ["Checkpoint", "get_device", "load_checkpoint"],
        "windows": ["window_plan", "cut_windows"],
        "pooling": ["POOLINGS"],
        "mean": ["mean_embeddings"],
        "residues": ["each_residue_embeddings", "residue_embeddings"],
        "article": ["get_mean_embeddings", "get_sequence_embeddings"],
        "masking": ["MaskPredictor", "true_probabilities", "pseudo_perplexity", "substitution_scores"],
        "store": ["EmbeddingStore"],
        "runs": ["embed_proteins", "compute_missing", "store_settings"],
    },
)
