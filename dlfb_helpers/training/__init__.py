"""Networks on frozen embeddings, and how they learn."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "model": ["Model", "create_train_state", "count_parameters"],
        "loop": ["Batch", "train_step", "eval_step", "predict", "evaluate", "train"],
        "compiled": ["Keep", "batch_order", "scan_steps", "Scores", "score", "Best", "train_program", "train_compiled"],
        "ensemble": ["LOSSES", "Recipe", "Network", "Ensemble", "train_ensemble"],
    },
)
