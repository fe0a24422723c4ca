"""What the chapters of the course import: from a protein's sequence to a probability for each of its functions.

Small modules, one idea each; data flows through them in one direction::

    amino_acids -> cafa, ontology -> dataset -> esm2 -> checkpoints, store -> embeddings -> embedding_runs
                -> embed -> ray_embedding
                -> alignment, homology, splits, time_split -> embedded_dataset
                -> model, metrics, cafa_metrics, consistency, calibration, uncertainty
                -> training, ensemble, baselines, whitening, neighbours -> mixture -> selection, predictor -> results
                -> fitting, evidence -> prediction_table -> page -> predict_command, data_command, checks -> cli
    beside the way: bundled (assets and cache), structures, masking, plots_style, plots_* (by theme),
                    plots (their names), notebook, quiz, exercises (a module a chapter)

``python -m dlfb_helpers.course`` executes the chapters; the command ``dlfb`` (`cli`) does the rest without a notebook.
"""

from __future__ import annotations

import os

__version__ = "0.1.0"

# TensorFlow reports its build options on stderr when it is imported, and the Hub client counts its users: neither
# belongs in a chapter. Set before either is imported; whoever has set them otherwise is left alone.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
