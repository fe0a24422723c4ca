"""What the chapters of the course import: from a protein's sequence to a probability for each of its functions.

Rooms in the order of the data; each imports from those above it alone::

    files        bundled assets, files that people bring, files that are written
    proteins     letters, FASTA, structures, alignments, families
    annotations  the Gene Ontology and CAFA's files
    embedding    ESM-2: sequences to vectors
    dataset      labels, splits, batches
    metrics      how good probabilities are
    training     networks and how they learn
    predictors   baselines, neighbours, the mixture, what it saves and says
    plots        every figure
    lesson       what only the chapters need
    cli          the command ``dlfb``
"""

from __future__ import annotations

import os

__version__ = "0.2.0"

# TensorFlow reports its build options on stderr when it is imported, and the Hub client counts its users: neither
# belongs in a chapter. Set before either is imported; whoever has set them otherwise is left alone.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
