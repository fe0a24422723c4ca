"""Networks on frozen embeddings, and how they learn."""
