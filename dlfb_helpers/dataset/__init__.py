"""From annotations and vectors to labelled, embedded, split proteins."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "proteins": ["Proteins"],
        "labels": ["GENERIC_TERMS", "HUMAN", "LabelledProteins", "label_table"],
        "splits": ["check_split", "grouped_split", "homology_folds", "homology_split", "split_proteins"],
        "time_split": ["RELEASES", "TimeSplit", "release", "split_by_time"],
        "batches": ["batch_order", "convert_to_tfds", "numpy_batches"],
        "build": ["build_dataset", "build_proteins", "embed_labelled"],
    },
)
