"""What proteins do, as databases have it: the Gene Ontology and CAFA's files."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "ontology": ["ASPECTS", "ROOTS", "Ontology"],
        "obo": ["read_obo"],
        "cafa": ["CafaData", "load_cafa", "load_ontology"],
        "terms": ["read_terms"],
        "predictions": ["read_predictions"],
        "evidence": ["EXPERIMENTAL"],
        "propagation": ["propagated"],
        "consistency": [
            "ancestor_matrix",
            "make_consistent",
            "raise_ancestors",
            "count_violations",
            "specific_terms",
            "implied_terms",
        ],
        "slim": ["generic_slim", "slim_names"],
    },
)
