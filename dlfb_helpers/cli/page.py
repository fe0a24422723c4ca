"""The page that ``dlfb predict --html`` writes: one file, a card a protein, legible without a network or scripts."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Collection, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import pandas as pd
from jinja2 import StrictUndefined, Template
from markupsafe import Markup

from dlfb_helpers.annotations.ontology import Ontology
from dlfb_helpers.annotations.releases import translate
from dlfb_helpers.cli.page_data import ASPECTS, block, safe_json
from dlfb_helpers.predictors.evidence import SEEN
from dlfb_helpers.predictors.predictor import Predictor

SCRIPTS = ("page_data", "page_graph", "page_card", "page")
"""Their names, in the order in which they build on one another."""


STYLES = ("page", "page_card", "page_print")
"""Likewise; that of the cards serves the site's page "Try it", too, as the scripts of data, graph and card do."""


def _read(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    return "sha256-" + b64encode(sha256(text.encode()).digest()).decode()


# Style and script hold nothing of a predictor's or a user's: they are the same in every page, and a browser is told by
# their digests to run nothing else.
_STYLE = "".join(_read(f"{name}.css.j2") for name in STYLES)
_SCRIPT = '"use strict";\n' + "".join(_read(f"{name}.js.j2") for name in SCRIPTS)
_POLICY = (
    f"default-src 'none'; style-src '{_digest(_STYLE)}'; script-src '{_digest(_SCRIPT)}'; base-uri 'none'; "
    "form-action 'none'; require-trusted-types-for 'script'"
)

# A foreign predictor's names and ids are text, whatever they hold: autoescape sees to that.
_PARTS: Any = Template(
    _read("page.html.j2"), autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined
).module


def page_start(predictors: Mapping[str, Predictor], proteins: int, ontology: Ontology | None = None) -> str:
    """Everything before the first protein.

    Parameters
    ----------
    predictors
        By aspect.
    proteins
        How many there will be.
    ontology
        The release whose terms the tables have; by default each predictor's own.

    Returns
    -------
    str
        The beginning of the page.
    """
    shown = []
    for aspect in sorted(predictors, key=[*ASPECTS].index):
        predictor, terms = predictors[aspect], set(predictors[aspect].names)
        release = predictor.facts["ontology"]
        if ontology:
            terms, release = set(translate(terms, ontology).ids.values()), ontology.release
        threshold = float(predictor.threshold)
        shown.append((aspect, ASPECTS[aspect], len(terms), release, threshold, predictor.facts))
    settings = {
        "seen": SEEN,
        "aspects": [*ASPECTS.items()],
        "thresholds": {aspect: limit for aspect, *_, limit, _ in shown},
    }
    return str(_PARTS.start(Markup(_POLICY), Markup(_STYLE), shown, proteins, Markup(safe_json(settings))))


def page_rows(table: pd.DataFrame, parents: Mapping[str, Collection[str]] | None = None) -> str:
    """The proteins of a table of `prediction_tables`.

    Parameters
    ----------
    table
        Of whole proteins.
    parents
        Term -> its parents in the ontology that the terms are of; without them no graph is drawn.

    Returns
    -------
    str
        Part of the page: data for its script, and a plain table for who reads it without scripts.
    """
    data, plain = block(table, parents)
    return str(_PARTS.block(plain, [*ASPECTS.values()], Markup(safe_json(data))))


def page_end() -> str:
    """Everything after the last protein.

    Returns
    -------
    str
        The end of the page.
    """
    return str(_PARTS.end(Markup(_SCRIPT)))
