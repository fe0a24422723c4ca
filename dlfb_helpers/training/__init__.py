"""Networks on frozen embeddings, and how they learn."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "model": ["Model", "count_parameters"],
        "loop": ["eval_step", "train", "train_step"],
        "evaluation": ["evaluate", "predict"],
        "compiled": ["scan_steps", "train_compiled", "train_program"],
        "trained": ["Ensemble", "Hyperparameters"],
        "ensemble": ["train_ensemble"],
    },
)
