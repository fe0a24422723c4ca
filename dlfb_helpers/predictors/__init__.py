"""From vectors to calibrated probabilities that obey the ontology."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "baselines": [
            "coin_flip",
            "frequency",
            "constant_frequency",
            "logistic_regression",
            "standardise",
            "checked_embeddings",
            "as_labels",
        ],
        "whitening": ["Whitening", "unit_length"],
        "neighbours": ["CHUNK", "alignment_neighbours", "embedding_neighbours"],
        "mixture": [
            "NetworkSettings",
            "Choice",
            "TrainedNetworks",
            "Mixture",
            "network_inputs",
            "train_networks",
            "mix",
            "half",
        ],
        "selection": [
            "NEIGHBOURS",
            "ALIGNMENT",
            "FULL",
            "NETWORKS",
            "PREDICTORS",
            "WEIGHTS",
            "score",
            "choose",
            "predict",
        ],
        "fitting": [
            "Progress",
            "SET_ASIDE",
            "Settled",
            "settle",
            "make_predictor",
            "train_predictor",
            "split_parts",
            "figures",
            "written",
            "evaluate_predictor",
        ],
        "predictor": ["FORMAT", "BUNDLED", "Predictor", "load_predictor", "model_card"],
        "evidence": ["COLUMNS", "nearest_proteins"],
        "table": ["PROTEINS_AT_ONCE", "prediction_tables", "tsv", "cafa_tsv"],
        "results": ["Sealed", "load_results", "load_predictions"],
    },
)
