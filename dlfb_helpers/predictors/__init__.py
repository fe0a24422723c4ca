"""From vectors to calibrated probabilities that obey the ontology."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "baselines": ["coin_flip", "constant_frequency", "frequency", "logistic_regression", "standardise"],
        "whitening": ["Whitening", "unit_length"],
        "neighbours": ["alignment_neighbours", "embedding_neighbours"],
        "mixture": ["Choice", "Mixture", "NetworkSettings", "TrainedNetworks", "mix"],
        "selection": ["NETWORKS", "PREDICTORS", "choose"],
        "calibrated": ["choose_and_fit"],
        "pool": ["Neighbours", "Pool"],
        "base": ["BasePredictors", "Settings"],
        "blend": ["Blend"],
        "fitting": ["train_predictor"],
        "measuring": ["evaluate_predictor", "measure"],
        "predictor": ["Predictor"],
        "folder": ["BUNDLED", "load_predictor", "save_predictor"],
        "light": ["load_light", "predict_light"],
        "evidence": ["nearest_proteins"],
        "together": ["answers", "by_aspect"],
        "table": ["claims", "prediction_tables", "summaries"],
        "writing": ["cafa_tsv", "spreadsheet_csv", "tsv"],
        "results": ["Sealed", "load_predictions", "load_results"],
    },
)
