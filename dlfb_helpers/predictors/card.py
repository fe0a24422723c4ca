"""The model card of a predictor: what it is, what it was made from, how good it was."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def model_card(facts: Mapping[str, Any]) -> str:
    """Say in Markdown what a predictor is, what it was made from and how good it was."""
    measured = "\n".join(f"| {name} | {value} |" for name, value in facts["measured"].items())
    made_from = "\n".join(f"| {name} | {facts[name]} |" for name in ("aspect", "ontology", "annotations"))
    weighed = ", ".join(facts["blend"]["weights"])
    vectors = "\n".join(f"| {name} | {value} |" for name, value in facts["vectors"].items() if name != "checkpoint")
    return f"""# A predictor of protein functions

Sequences in, calibrated probabilities of {len(facts["terms"])} terms out. A logistic regression weighs what is said by
{weighed}; what it gives is raised along the ontology. Made by the protein-function course; load with
`dlfb_helpers.predictors.load_predictor(folder)`.

| made from | |
|---|---|
| checkpoint | {facts["checkpoint"]}, weights {facts["vectors"]["checkpoint"][:16]} |
{vectors}
{made_from}

| measured | |
|---|---|
{measured}
| threshold of the best F on what the regression was fitted on | {facts["threshold"]:.2f} |

{facts.get("uses", "")}**Limits.** It knows functions that are common among its known proteins, and no others.
What is not annotated may still be true. On proteins unlike all that it knows it is worse than these figures; a
probability is calibrated on average, not for each protein. Not for decisions on patients.
"""
