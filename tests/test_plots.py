from __future__ import annotations

import matplotlib

matplotlib.use("agg")

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from dlfb_helpers import plots
from dlfb_helpers.amino_acids import AMINO_ACIDS, GROUPS, residue_group
from dlfb_helpers.structures import bundled_insulin, ideal_helix, ideal_strand

TOKENS = [token for members in GROUPS.values() for token in members]


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def test_colours_cover_the_splits_and_the_groups():
    assert plots.SPLIT_COLOURS == {"train": "#377eb8", "valid": "#4daf4a", "test": "#ff7f00"}
    assert list(plots.GROUP_COLOURS) == list(plots.GROUP_MARKERS) == list(GROUPS)
    assert len(set(plots.GROUP_COLOURS.values())) == len(set(plots.GROUP_MARKERS.values())) == 6


def test_structures_share_one_scale_and_name_their_ends():
    first = plots.plot_structures({"helix": ideal_helix(), "strand": ideal_strand()})
    panels = first.figure.axes
    assert [ax.get_title() for ax in panels] == ["helix", "strand"]
    assert panels[0].get_xlim() == panels[1].get_xlim()
    assert {"N", "C", "10 Å"} <= {text.get_text() for text in first.texts}


def test_structure_by_chain_has_a_legend_and_dotted_disulfides():
    ax = plots.plot_structures({"insulin": bundled_insulin()}, colour="chain")
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["A", "B"]
    assert sum(line.get_linestyle() == ":" for line in ax.lines) == 3


def test_structure_picture_is_no_mirror_image():
    """The picture of a right-handed helix, nearer parts over farther ones, must stay right-handed."""
    ax = plots.plot_structures({"helix": ideal_helix()})
    colour_runs = [c for c in ax.collections if to_hex(c.get_colors()[0]) != "#ffffff"]
    segments = np.concatenate([c.get_segments() for c in colour_runs])  # far to near
    near = segments[-len(segments) // 4 :]
    step = near[:, 1] - near[:, 0]
    # Seen from the side, the near half of a right-handed helix lying along x climbs to the left or falls to the right.
    assert np.mean(np.sign(step[:, 0] * step[:, 1])) * plots_handedness() > 0.5


def plots_handedness() -> float:
    """Sign of dx*dy on the near side of a right-handed helix, from its formula seen along +z."""
    t = np.linspace(0, 4 * np.pi, 400)
    x, y, z = 0.3 * t, np.cos(t), np.sin(t)  # about the x axis: y towards z while x grows, so right-handed
    near = z[:-1] > 0.8
    return float(np.sign(np.mean((np.diff(x) * np.diff(y))[near])))


def test_composition_bars_stand_in_groups():
    shares = pd.DataFrame({"insulin": np.arange(20.0), "human": np.ones(20)}, index=list(AMINO_ACIDS))
    ax = plots.plot_composition(shares)
    labels = [label.get_text() for label in ax.get_xticklabels()]
    assert "".join(labels) == "AFILMVWYNQSTDEHKRCGP"
    heights = [bar.get_height() for bar in ax.containers[0]]
    assert heights == [shares.insulin[letter] for letter in labels]


def test_one_hot_heatmap_is_square_and_labelled():
    ax = plots.plot_one_hot("MALWM")
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("Amino Acid Index", "Protein Sequence")
    assert ax.get_aspect() == 1.0 and len(ax.figure.axes) == 1  # no colour bar
    assert [label.get_text() for label in ax.get_yticklabels()] == list("MALWM")
    assert ax.collections[0].get_cmap().name == "inferno"
    assert np.argmax(ax.collections[0].get_array().reshape(5, 20), axis=1).tolist() == [16, 12, 15, 19, 16]


def test_residue_distances_have_a_colour_bar():
    distances = pd.DataFrame(1 - np.eye(3), index=list("DEW"), columns=list("DEW"))
    ax = plots.plot_residue_distances(distances)
    assert ax.figure.axes[1].get_ylabel() == "Euclidean distance"


def test_bare_token_map_shows_points_only():
    ax = plots.plot_token_map(np.random.default_rng(0).normal(size=(33, 2)), TOKENS)
    assert len(ax.collections[0].get_offsets()) == 33 and not ax.texts and ax.get_legend() is None


def test_labelled_token_map_has_a_legend_and_labels_that_do_not_overlap():
    points = np.random.default_rng(0).normal(size=(33, 2))
    ax = plots.plot_token_map(points, TOKENS, [residue_group(token) for token in TOKENS])
    assert [text.get_text() for text in ax.texts] == TOKENS
    assert [text.get_text() for text in ax.get_legend().get_texts()] == list(GROUPS)
    ax.figure.canvas.draw()
    boxes = [text.get_window_extent().shrunk(0.9, 0.8) for text in ax.texts]
    overlaps = [(a, b) for i, a in enumerate(boxes) for b in boxes[i + 1 :] if a.overlaps(b)]
    assert overlaps == []


def test_token_map_refuses_points_that_do_not_fit():
    with pytest.raises(ValueError, match=r"shape \(33, 2\) for 33 tokens, found \(32, 2\)"):
        plots.plot_token_map(np.zeros((32, 2)), TOKENS)


def test_mask_probabilities_mark_the_true_residue():
    chances = pd.Series([0.7, 0.2, 0.1], index=["L", "A", "<pad>"])
    ax = plots.plot_mask_probabilities(chances, "A")
    assert [bar.get_height() for bar in ax.patches] == [0.7, 0.2, 0.1]
    assert to_hex(ax.patches[1].get_facecolor()) != to_hex(ax.patches[0].get_facecolor())
    assert ax.get_legend().get_texts()[0].get_text() == "A, the masked residue"
    with pytest.raises(ValueError, match="'W' is not among the tokens"):
        plots.plot_mask_probabilities(chances, "W")


def test_position_scan_marks_the_wild_type():
    scan = pd.DataFrame(np.random.default_rng(0).dirichlet(np.ones(20), size=5), columns=list(AMINO_ACIDS))
    ax = plots.plot_position_scan(scan, "MALWM")
    assert ax.collections[0].get_offsets().tolist() == [[0, 16], [1, 12], [2, 15], [3, 19], [4, 16]]
    assert ax.images[0].get_clim()[0] == 0
    with pytest.raises(ValueError, match="5 positions, the sequence 4 residues"):
        plots.plot_position_scan(scan, "MALW")


def test_log_odds_scan_is_centred_on_zero():
    ax = plots.plot_position_scan(pd.DataFrame([[1.0, -3.0]], columns=["M", "A"]), "M", "log-odds", "RdBu")
    assert ax.images[0].get_clim() == (-3.0, 3.0)


def test_embedding_map_counts_each_label():
    points = np.random.default_rng(0).normal(size=(5, 2))
    ax = plots.plot_embedding_map(points, ["membrane"] * 3 + ["extracellular"] * 2, names=["INS", "", "", "", ""])
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["membrane (3)", "extracellular (2)"]
    assert [text.get_text() for text in ax.texts] == ["INS"]
    with pytest.raises(ValueError, match="for 2 labels"):
        plots.plot_embedding_map(points, ["a", "b"])


def test_figures_can_be_drawn_into_given_axes():
    figure, axes = plt.subplots(1, 2)
    assert plots.plot_mask_probabilities(pd.Series([1.0], index=["L"]), ax=axes[0]) is axes[0]
    assert plots.plot_one_hot("MA", ax=axes[1]) is axes[1]


def test_lengths_are_counted_on_both_sides_of_the_limit():
    ax = plots.plot_lengths([50, 60, 499, 500, 501, 5_000], max_length=500)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["at most 500 residues (4)", "longer (2)"]
    assert sum(bar.get_height() for bar in ax.patches) == 6
    assert ax.get_xscale() == "log"


def test_label_counts_by_term_and_by_protein():
    labels = pd.DataFrame({"GO:1": [1, 1, 1, 1], "GO:2": [1, 0, 0, 0], "GO:3": [1, 1, 0, 0]})
    left = plots.plot_label_counts(labels)
    right = left.figure.axes[1]
    assert [text.get_text() for text in left.get_legend().get_texts()] == ["median: 2", "all proteins: 4"]
    assert [bar.get_height() for bar in right.patches] == [0, 2, 1, 1]  # no protein of 0 terms, two of 1, ...
    assert right.get_legend().get_texts()[0].get_text() == "mean: 1.8 of 3 terms"


def test_label_matrix_shows_the_table():
    labels = pd.DataFrame([[1, 0, 0], [0, 1, 1]])
    ax = plots.plot_label_matrix(labels)
    assert (ax.images[0].get_array() == labels.to_numpy()).all()
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("3 terms", "2 proteins")


@pytest.fixture
def history():
    rows = [(step, split) for step in (30, 60) for split in ("train", "valid")]
    table = pd.DataFrame(rows, columns=["step", "split"])
    return table.assign(loss=[0.4, 0.5, 0.2, 0.3], accuracy=0.9, recall=0.1, precision=0.2, auprc=0.3, auroc=0.8)


def test_sigmoid_and_losses_meet_at_logit_0():
    probability, loss_of_1, loss_of_0 = (line.get_ydata() for line in plots.plot_sigmoid_and_loss().lines)
    middle = len(probability) // 2
    assert probability[middle] == pytest.approx(0.5)
    assert loss_of_1[middle] == pytest.approx(np.log(2)) and loss_of_0[middle] == pytest.approx(np.log(2))
    np.testing.assert_allclose(loss_of_1, -np.log(probability))


def test_loss_has_a_line_in_its_colour_for_each_split(history):
    lines = {line.get_label(): line for line in plots.plot_loss(history).lines}
    assert {name: to_hex(line.get_color()) for name, line in lines.items()} == {
        split: plots.SPLIT_COLOURS[split] for split in ("train", "valid")
    }
    assert list(lines["valid"].get_ydata()) == [0.5, 0.3]


def test_metrics_of_one_split_are_drawn(history):
    ax = plots.plot_metrics(history, split="valid")
    assert sorted(line.get_label() for line in ax.lines) == ["accuracy", "auprc", "auroc", "precision", "recall"]
    assert all(list(line.get_xdata()) == [30, 60] for line in ax.lines)
    assert ax.get_ylabel().startswith("valid")


def test_true_and_predicted_share_a_colour_scale():
    left = plots.plot_true_and_predicted(pd.DataFrame([[1, 0], [0, 1]]), np.array([[0.7, 0.2], [0.1, 0.4]]))
    images = [ax.images[0] for ax in left.figure.axes[:2]]
    np.testing.assert_allclose(images[1].get_array(), [[0.7, 0.2], [0.1, 0.4]])
    assert [image.get_clim() for image in images] == [(0, 1), (0, 1)]


def test_score_against_examples_stands_beside_chance():
    ax = plots.plot_score_against_examples(pd.Series([10, 100]), pd.Series([0.2, 0.6]), pd.Series([0.01, 0.1]))
    network, guessing = (points.get_offsets() for points in ax.collections)
    np.testing.assert_allclose(network, [[10, 0.2], [100, 0.6]])
    np.testing.assert_allclose(guessing, [[10, 0.01], [100, 0.1]])
    assert ax.get_xscale() == "log"


def test_baselines_have_a_bar_for_each_average():
    columns = pd.MultiIndex.from_product([["over proteins", "over functions"], ["auprc", "auroc"]])
    scores = pd.DataFrame([[0.02, 0.5, 0.03, 0.5], [0.45, 0.9, 0.16, 0.8]], index=["coin", "network"], columns=columns)
    ax = plots.plot_baselines(scores, "auprc")
    assert [round(bar.get_width(), 2) for bar in ax.patches] == [0.02, 0.45, 0.03, 0.16]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["coin", "network"]


def test_best_terms_keep_their_order_and_shorten_long_names():
    ax = plots.plot_best_terms(["kinase activity", "x" * 80], [0.9, 0.8])
    first, second = (label.get_text() for label in ax.get_yticklabels())
    assert first == "kinase activity" and second.endswith("…") and len(second) == 58
    assert ax.yaxis_inverted()
