"""From annotations and vectors to labelled, embedded, split proteins."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "proteins": ["Proteins"],
        "labels": ["HUMAN", "GENERIC_TERMS", "LabelledProteins", "label_table"],
        "splits": ["homology_split", "homology_folds", "grouped_split", "split_proteins", "check_split"],
        "time_split": ["TimeSplit", "time_split"],
        "batches": ["to_arrays", "convert_to_tfds"],
        "build": ["add_embeddings", "build_dataset"],
    },
)
