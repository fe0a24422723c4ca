"""From sequences to vectors, with ESM-2."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "checkpoints": ["OFFLINE_CHOICES", "Checkpoint", "get_device", "locate", "load_checkpoint", "weights_digest"],
        "esm2": ["BLOCK", "PackedEncoder"],
        "windows": ["MAX_RESIDUES", "OVERLAP", "Window", "window_starts", "window_plan", "cut_windows"],
        "mean": ["TOKENS_A_BATCH", "batches_by_tokens", "mean_embeddings", "residue_embeddings"],
        "masking": ["MaskPredictor", "true_probabilities", "pseudo_perplexity", "substitution_scores"],
        "store": ["vector_column", "parquet_bytes", "EmbeddingStore"],
        "runs": ["RESIDUES_A_PART", "embed_proteins", "compute_missing", "store_settings"],
        "table": ["embedding_table", "refuse_long_proteins"],
    },
)
