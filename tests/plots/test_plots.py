"""What holds for every figure: it fits a page, its words can be read, and it comes from the one palette."""

from __future__ import annotations

import ast
import inspect
import re
from functools import partial
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text

from dlfb_helpers import plots
from dlfb_helpers.annotations.ontology import Ontology
from dlfb_helpers.metrics.judging import PREDICTED, WHOLE, Judged
from dlfb_helpers.plots import style as plots_style
from dlfb_helpers.proteins.alphabet import AMINO_ACIDS, GROUPS, residue_group
from dlfb_helpers.proteins.assemblies import barrel_centres, collagen_triple_helix
from dlfb_helpers.proteins.ideal import ideal_helix, ideal_strand

MODULES = sorted(set(Path(plots.__file__).parent.glob("*.py")) - {Path(plots_style.__file__)})
SCAN = pd.DataFrame(np.random.default_rng(0).dirichlet(np.ones(20), size=60), columns=list(AMINO_ACIDS))
TOKENS = [token for members in GROUPS.values() for token in members]
TERMS = {"root": "catalytic activity", "leaf": "protein serine/threonine kinase activity"}
ONTOLOGY = Ontology(
    names=TERMS,
    aspects=dict.fromkeys(TERMS, "MFO"),
    parents={"root": frozenset(), "leaf": frozenset({"root"})},
    release="of this test",
)
CHANCES = pd.Series({"root": 0.9, "leaf": 0.4})
LABELS = pd.DataFrame(np.random.default_rng(0).integers(0, 2, size=(9, 5)))
CURVE = pd.DataFrame({"precision": [0.4, 0.6], "recall": [0.7, 0.3], "f": [0.5, 0.4]}, index=[0.2, 0.5])
JUDGED = CURVE.assign(s=[3.0, 2.0], coverage=[1.0, 0.5], predictions=[9, 4])
HISTORY = pd.DataFrame({"step": [30, 30, 60, 60], "part": ["train", "valid"] * 2, "loss": [0.4, 0.5, 0.2, 0.3]})
HISTORY = HISTORY.assign(accuracy=0.9, recall=0.1, precision=0.2, auprc=0.3, auroc=0.8)
AVERAGES = pd.MultiIndex.from_product([["over proteins", "over functions"], ["auprc"]])
INTERVALS = pd.DataFrame({"mean": [0.4, 0.5], "low": [0.3, 0.4], "high": [0.5, 0.6]}, index=["frequency", "network"])
EFFECTS = pd.DataFrame({"change in probability": np.linspace(-1, 1, 30)})
POINTS = np.random.default_rng(0).normal(size=(33, 2))
LIKENESS = pd.DataFrame(np.eye(20) + 0.3, index=list(AMINO_ACIDS), columns=list(AMINO_ACIDS))

FIGURES = {
    "plot_attention": partial(plots.plot_attention, np.eye(40), 3, {"first": (1, 20), "second": (20, 39)}),
    "plot_barrel": partial(plots.plot_barrel, barrel_centres(), 37),
    "plot_levels": partial(plots.plot_levels, "MALWM", ideal_helix(), ideal_helix(), collagen_triple_helix(3)),
    "plot_likeness": partial(plots.plot_likeness, {"one": LIKENESS, "two": LIKENESS}),
    "plot_logo": partial(plots.plot_logo, SCAN, "L" * 60, {"all": (0, 60)}),
    "plot_peptide": partial(plots.plot_peptide, "LVE"),
    "plot_side_chains": plots.plot_side_chains,
    "plot_trees": partial(plots.plot_trees, {"one": LIKENESS, "two": LIKENESS}),
    "plot_baselines": partial(plots.plot_baselines, pd.DataFrame([[0.1, 0.2]], ["coin"], columns=AVERAGES)),
    "plot_best_terms": partial(plots.plot_best_terms, list(TERMS.values()), [0.9, 0.8], [0.3, 0.1]),
    "plot_composition": partial(plots.plot_composition, pd.DataFrame({"insulin": 5.0}, index=list(AMINO_ACIDS))),
    "plot_embedding_map": partial(plots.plot_embedding_map, POINTS, ["a"] * 33, names=TOKENS),
    "plot_intervals": partial(plots.plot_intervals, INTERVALS),
    "plot_label_counts": partial(plots.plot_label_counts, LABELS),
    "plot_label_matrix": partial(plots.plot_label_matrix, LABELS),
    "plot_lengths": partial(plots.plot_lengths, [50, 400, 600, 5000], max_length=500),
    "plot_loss": partial(plots.plot_loss, HISTORY),
    "plot_mask_probabilities": partial(plots.plot_mask_probabilities, SCAN.loc[0], "L"),
    "plot_masked_averaging": partial(
        plots.plot_masked_averaging,
        pd.DataFrame({"all tokens": [1.0, 0.9], "residues": 1.0}, index=[110, 500]),
        residues=110,
    ),
    "plot_metrics": partial(plots.plot_metrics, HISTORY),
    "plot_judged": partial(
        plots.plot_judged, [Judged("MFO", "any", over, 3, 2, JUDGED, JUDGED) for over in (WHOLE, PREDICTED)]
    ),
    "plot_one_hot": partial(plots.plot_one_hot, "MALWM"),
    "plot_ontology_fragment": partial(plots.plot_ontology_fragment, ONTOLOGY, CHANCES, {"root"}),
    "plot_pipeline": partial(
        plots.plot_pipeline, "MALWMRLLPLLA", range(14), np.ones((12, 8)), CHANCES, ONTOLOGY, {"root"}
    ),
    "plot_position_scan": partial(plots.plot_position_scan, SCAN, "L" * 60, parts={"all": (0, 60)}),
    "plot_reliability": partial(plots.plot_reliability, {"raw": pd.DataFrame({"mean_probability": [0], "share": [0]})}),
    "plot_residue_distances": partial(
        plots.plot_residue_distances, pd.DataFrame(1 - np.eye(20), index=list(AMINO_ACIDS), columns=list(AMINO_ACIDS))
    ),
    "plot_score_against_examples": partial(
        plots.plot_score_against_examples, pd.Series([10, 100]), pd.Series([0.2, 0.6]), pd.Series([0.01, 0.1])
    ),
    "plot_sigmoid_and_loss": plots.plot_sigmoid_and_loss,
    "plot_structures": partial(plots.plot_structures, {"helix": ideal_helix(), "strand": ideal_strand()}),
    "plot_substitution_effects": partial(plots.plot_substitution_effects, EFFECTS, marked={"motif": [3]}),
    "plot_threshold_choice": partial(plots.plot_threshold_choice, CURVE, 0.5, CHANCES, {"root"}, TERMS),
    "plot_threshold_curves": partial(plots.plot_threshold_curves, CURVE),
    "plot_token_map": partial(plots.plot_token_map, POINTS, TOKENS, [residue_group(token) for token in TOKENS]),
    "plot_true_and_predicted": partial(plots.plot_true_and_predicted, LABELS, LABELS.to_numpy() / 2),
}


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def test_every_figure_is_looked_at():
    written = [node.name for path in MODULES for node in ast.parse(path.read_text("utf-8")).body if is_figure(node)]
    assert sorted(FIGURES) == sorted(written) == sorted(name for name in plots.__all__ if name.startswith("plot_"))


def is_figure(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef) and node.name.startswith("plot_")


@pytest.mark.parametrize("name", FIGURES)
def test_figure_fits_a_page_and_its_words_can_be_read(name):
    figure = FIGURES[name]().figure
    figure.canvas.draw()
    assert figure.get_size_inches()[0] <= 8
    small = {
        text.get_text(): text.get_fontsize()
        for text in figure.findobj(Text)
        if text.get_visible() and text.get_text() and text.get_fontsize() < 9
    }
    assert small == {}
    assert figure.patch.get_facecolor() == (1, 1, 1, 1)


@pytest.mark.parametrize("name", [n for n in FIGURES if "ax" in inspect.signature(getattr(plots, n)).parameters])
def test_figure_can_be_drawn_into_given_axes(name):
    given = plt.subplots()[1]
    assert FIGURES[name](ax=given) is given


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_colours_are_named_in_one_module_only(path):
    words = [node.value for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Constant)]
    words = [word for word in words if isinstance(word, str)]
    assert [word for word in words if re.fullmatch(r"#[0-9a-fA-F]{6}", word) or word in plt.colormaps()] == []
