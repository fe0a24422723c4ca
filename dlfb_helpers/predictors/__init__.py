"""From vectors to calibrated probabilities that obey the ontology."""
