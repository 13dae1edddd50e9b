"""What masks know of labels: nothing without data, never more than there is, and what it buys never beats the bound."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest
import torch

from scalinglab.pruning import (
    Masks,
    all_labelings,
    coin_flips,
    coins,
    drawn_information,
    entropy,
    information_bounds,
    label_masks,
    magnitude_masks,
    mask_events,
    mask_information,
    memorisation,
    prune_at_start,
)
from scalinglab.pruning.information.ceilings import mask_choices
from scalinglab.pruning.information.lipschitz import steepness
from scalinglab.pruning.information.trials import DATA_FREE, METHODS
from scalinglab.tables import table
from scalinglab.training import digits, finish, forward, teacher_student, train

#: The fixtures take seconds, and two workers would make them twice.
pytestmark = pytest.mark.xdist_group("information")

POINTS = coin_flips(8, 6)
FAST = {"steps": 120}
ADAM = {"width": 6, "steps": 300, "optimizer": "adam", "step_size": 0.02}


def last(snapshots):
    done = -1
    for snapshot in snapshots:
        assert done <= snapshot.done <= snapshot.total
        done = snapshot.done
    assert snapshot.done == snapshot.total
    return snapshot


@pytest.fixture(scope="module")
def exact():
    """All methods at 6 of 42 weights, two untrained networks, all 64 labelings of six points."""
    return last(mask_information(coin_flips(6, 6), kept=6, seeds=[0, 1]))


def test_masks_that_see_no_labels_know_exactly_nothing(exact):
    for row in exact.rows():
        assert (row["information"] == 0) == (row["method"] in DATA_FREE), row


def test_masks_know_no_more_than_there_is(exact):
    for row in exact.rows():
        assert 0 <= row["information"] <= min(6, mask_choices(42, row["kept"])) + 1e-12
        assert 2 ** row["information"] <= row["masks"] + 1e-9 <= 2**6 + 1e-9


def test_where_labelings_outnumber_the_masks_these_are_the_ceiling():
    """With one weight of 42 there are 42 masks: 5.4 bits, less than the 8 of the labels."""
    found = last(mask_information(POINTS, kept=1, methods=["snip", "after training"], seeds=[0], **FAST))
    for row in found.rows():
        assert row["ceiling"] == pytest.approx(math.log2(42))
        assert row["information"] <= row["ceiling"]


def test_the_information_is_the_entropy_of_the_masks_that_are_handed_over(exact):
    for row in exact.rows():
        mine = exact.masks[row["method"]][row["seed"] * 64 :][:64]
        assert row["information"] == entropy(list(Counter(mine).values()))
        assert {mask.kept for mask in mine} == {6}


def test_the_order_of_methods_is_that_of_the_reference():
    """In the table of ten networks and 256 labelings, of which a row is made anew by the tests of its chapter."""
    rows = [row for row in table("mask_information") if row["kept"] == 6]
    known, right = (
        {method: np.mean([row[column] for row in rows if row["method"] == method]) for method in METHODS}
        for column in ("information", "right")
    )
    assert min(known["iterative"], known["gradual"], known["after training"]) > 7.3
    assert 4 < known["grasp"] < known["snip"] < 7
    # Information is no ranking: SynFlow has none of it, and learns more labels than SNIP, GraSP and magnitude after.
    assert right["iterative"] > right["synflow"] > max(right["snip"], right["grasp"], right["after training"])


def test_masks_at_the_start_are_those_of_prune_at_start_one_by_one():
    labels = coins(5, 8, seed=3)
    for method in (*DATA_FREE, "snip", "grasp"):
        found = label_masks(POINTS, labels, method, 6, seed=[4, 4, 5, 6, 6])
        for mask, own, seed in zip(found, labels, [4, 4, 5, 6, 6], strict=True):
            layers = next(train(POINTS, width=6, seed=seed)).arrays(0)
            data = {"inputs": POINTS.train_inputs, "labels": own, "loss": "logistic"}
            assert mask == prune_at_start(layers, 6 / 42, method, seed=seed, **data), method


def test_masks_after_training_are_those_of_single_networks():
    labels = coins(3, 8, seed=3)
    for method in ("after training", "iterative"):
        found = label_masks(POINTS, labels, method, 6, seed=[4, 5, 6], dtype="float64", **FAST)
        for mask, own, seed in zip(found, labels, [4, 5, 6], strict=True):
            (alone,) = label_masks(POINTS, [own], method, 6, seed=seed, dtype="float64", **FAST)
            assert mask == alone
    run = finish(train(POINTS, labels=labels[:1], seed=4, dtype="float64", **(ADAM | FAST)))
    assert (
        magnitude_masks(run.arrays(0), 6)
        == label_masks(POINTS, labels[:1], "after training", 6, seed=4, dtype="float64", **FAST)[0]
    )


@pytest.mark.parametrize("method", METHODS)
def test_every_method_keeps_exactly_what_is_asked(method):
    for kept in (1, 5, 42):
        found = label_masks(POINTS, coins(4, 8), method, kept, seed=range(4), **FAST)
        assert [mask.kept for mask in found] == [kept] * 4


def test_the_same_layer_counts_for_all_labels():
    for method in ("after training", "gradual", "iterative"):
        found = label_masks(POINTS, coins(6, 8), method, 12, scope="erk", **FAST)
        assert len({mask.counts for mask in found}) == 1
        assert len(set(found)) > 1


@pytest.fixture(scope="module")
def events():
    """All pairs of a mask and one of 32 labelings."""
    return last(mask_events(coin_flips(5, 6), kept=6, methods=METHODS))


def test_no_method_beats_the_inequality(events):
    for row in events.rows():
        assert 0 <= row["divergence"] <= row["information"] + 1e-12, row
        assert row["own"] <= row["largest"] + 1e-12


def test_without_information_own_labels_are_like_any_others(events):
    for row in events.rows():
        if row["method"] in DATA_FREE:
            assert row["information"] == 0
            assert row["own"] == pytest.approx(row["independent"], abs=1e-12)
            assert row["pairs"] == 32


def test_at_the_start_information_buys_nothing_and_after_training_it_does():
    """In the table of 256 labelings: of SNIP and GraSP no divergence, of masks after training much."""
    rows = {row["method"]: row for row in table("mask_events") if row["kept"] == 6}
    for method in ("snip", "grasp"):
        assert rows[method]["information"] > 1
        assert abs(rows[method]["own"] - rows[method]["independent"]) < 0.06
    for method in ("after training", "iterative"):
        assert rows[method]["own"] > rows[method]["independent"] + 0.1
    assert rows["iterative"]["divergence"] > 0.3 > 10 * rows["snip"]["divergence"]


def test_probabilities_are_those_of_all_pairs_trained_one_by_one():
    """Three points, 8 labelings: own and independent, from 64 networks that plain calls train, one for each mask."""
    task = coin_flips(3, 4)
    settings = {"width": 3, "steps": 60, "optimizer": "adam", "step_size": 0.02, "dtype": "float64"}
    (row,) = last(mask_events(task, kept=4, methods=["iterative"], seed=2, **settings)).rows()
    labels = all_labelings(3)
    masks = label_masks(task, labels, "iterative", 4, seed=2, **settings)
    fits = np.zeros((8, 8))
    for place, mask in enumerate(masks):
        run = finish(train(task, labels=labels, masks=mask, seed=[2] * 8, **settings))
        for labeling, own in enumerate(labels):
            layers = [tuple(torch.tensor(part.copy()) for part in pair) for pair in run.arrays(labeling)]
            outputs = forward(layers, torch.tensor(task.train_inputs.copy()))[:, 0].numpy()
            fits[place, labeling] = ((outputs > 0) == own).all()
    assert row["own"] == pytest.approx(np.trace(fits) / 8)
    assert row["independent"] == pytest.approx(fits.mean())
    assert 0 < row["independent"] < 1


def test_estimates_over_networks_agree_with_what_is_known():
    """Masks without data know nothing: the plug-in says otherwise at first, and the null shows the same."""
    methods = ["magnitude", "random", "snip"]
    found = last(drawn_information(coin_flips(4, 3), width=2, kept=2, methods=methods, networks=160)).rows()
    first, final = ({row["method"]: row for row in found if row["networks"] == count} for count in (5, 160))
    assert first["magnitude"]["plug_in"] > 0.5
    for method in ("magnitude", "random"):
        row = final[method]
        assert abs(row["corrected"] - row["null"]) < 3 * row["null_deviation"] + 0.003
        assert row["p_value"] > 0.02
        assert row["plug_in"] < first[method]["plug_in"] / 5
    assert 0.04 < final["snip"]["corrected"] < 0.15
    assert final["snip"]["p_value"] < 0.05


@pytest.mark.parametrize("method", METHODS)
def test_bounds_hold_where_the_information_is_known(exact, method):
    """A 6-6-1 network whose information is known from all labelings, and 400 of them drawn."""
    index = np.random.default_rng(5).integers(0, 64, 400)
    masks = [exact.masks[method][place] for place in index]
    found = information_bounds(masks, all_labelings(6)[index])
    known = next(row["information"] for row in exact.rows() if (row["method"], row["seed"]) == (method, 0))
    assert found.lower <= known <= found.upper + 1e-12
    assert (found.upper == 0) == (method in DATA_FREE)
    if method in ("after training", "gradual", "iterative", "snip"):
        assert found.lower > 0.5


def test_the_decoder_finds_what_is_written_plainly_and_only_that():
    """Masks that spell the labels: all of them are read. Masks of other labels: none."""
    labels = coins(300, 5, seed=1)
    spelled = [Masks([np.stack([row, 1 - row])]) for row in labels]
    assert information_bounds(spelled, labels).lower > 4
    found = information_bounds(spelled, coins(300, 5, seed=2))
    assert (found.lower, found.upper, found.distinct) == (0, 5, 32)
    assert (
        information_bounds(spelled, np.zeros((300, 5), dtype=int)).lower == 0
    )  # labels that never change tell nothing


def test_steepness_of_a_linear_network_is_the_length_of_its_weights_and_bounds_all_slopes():
    generator = np.random.default_rng(0)
    weight = generator.standard_normal((3, 1, 5))
    inputs = generator.standard_normal((20, 5))
    np.testing.assert_allclose(steepness([(weight, np.zeros((3, 1)))], inputs), np.linalg.norm(weight[:, 0], axis=1))
    layers = next(train(coin_flips(20, 5), width=16, seed=1)).arrays(0)
    few, many = (float(steepness(layers, inputs, between=count)) for count in (0, 200))
    assert few <= many
    # Never above the product of the largest singular values, which bounds the Lipschitz constant from above.
    assert many <= np.prod([np.linalg.norm(part, 2) for part, _ in layers])


@pytest.fixture(scope="module")
def paired():
    return last(memorisation(coin_flips(120, 12)))


def test_masks_from_the_same_labels_beat_masks_from_others(paired):
    """The paired test: a mean gain of at least 8 points, and at least 10 of 12 seeds positive."""
    gain = paired.gain()
    assert gain.mean >= 0.08
    assert gain.positive >= 10
    assert gain.mean > 3 * gain.standard_error


def test_nothing_else_differs_in_the_paired_test(paired):
    effective = {
        name: np.mean([row["effective"] for row in paired.rows() if row["method"] == name])
        for name in ("iterative", "iterative, other labels")
    }
    assert effective["iterative"] == pytest.approx(effective["iterative, other labels"], rel=0.06)
    assert {row["updates"] for row in paired.rows()} == {5400}


def test_masks_that_see_no_labels_gain_nothing_in_the_paired_test():
    """Labels that are exchanged: the same seeds' random masks are the same masks."""
    found = last(memorisation(coin_flips(40, 5), kept=30, methods=["random", "dense"], seeds=[0, 1], width=8, **FAST))
    random = [row["right"] for row in found.rows() if row["method"] == "random"]
    dense = [row["right"] for row in found.rows() if row["method"] == "dense"]
    assert max(random) < min(dense)
    with pytest.raises(ValueError, match="method must have rows with and without"):
        found.gain("random")


def test_fits_with_masks_from_other_labels_are_steeper():
    task = coin_flips(60, 12, regression=True)
    settings = {"step_size": 0.005, "batch_size": 60, "steps": 800}
    found = last(memorisation(task, kept=180, seeds=range(6), **settings))
    assert {row["right"] for row in found.rows()} == {1.0}
    gain = found.gain(column="steepness")
    assert gain.positive == 0
    assert gain.mean < -3 * gain.standard_error


def test_networks_with_masks_from_the_same_noise_follow_it_more():
    task = teacher_student(120, inputs=12, test_samples=2)
    settings = {"scope": "global", "batch_size": 120, "seeds": range(6)}
    methods = ["dense", "iterative", "iterative, other labels", "random"]
    found = last(memorisation(task, clean=task.train_labels, kept=90, methods=methods, **settings))
    means = {row["method"]: row["correlation"] for row in found.means()}
    assert found.gain(column="correlation").positive == 6
    assert means["dense"] > means["iterative"] > means["iterative, other labels"] > means["random"] + 0.1


def test_coin_flips_are_fair_repeat_and_take_inputs():
    task = coin_flips(2000, 3, seed=1)
    assert task.loss == "logistic"
    assert abs(task.train_labels.mean() - 0.5) < 3 * 0.5 / math.sqrt(2000)
    np.testing.assert_array_equal(task.train_inputs, coin_flips(2000, 3, seed=1).train_inputs)
    np.testing.assert_array_equal(task.train_labels, coins(1, 2000, 1)[0])
    images = digits(50).train_inputs
    np.testing.assert_array_equal(coin_flips(30, images).train_inputs, images[:30])
    assert set(np.unique(coin_flips(9, 3, regression=True).train_labels)) == {-1, 1}


LABELS = coins(2, 8)
BAD = [
    (lambda: label_masks(POINTS, LABELS, "oracle", 6), "method must be one of random"),
    (lambda: label_masks(POINTS, LABELS, "snip", 43), "kept must not exceed the 42 weights of the network"),
    (lambda: label_masks(POINTS, LABELS, "snip", 6, masks=[]), "settings must not hold masks"),
    (lambda: label_masks(POINTS, LABELS[:, :5], "snip", 6), "labels must have the shape"),
    (lambda: label_masks(POINTS, LABELS, "iterative", 6, scope="all"), "scope must be one of"),
    (lambda: mask_information(POINTS, methods=[]), "methods must be a list of at least one method"),
    (lambda: mask_information(POINTS, seeds=[1, 1]), "seeds must be different"),
    (lambda: mask_information(POINTS, seeds=[]), "seeds must be a list of at least one seed"),
    (lambda: mask_information(digits(8)), "task must have two classes"),
    (lambda: mask_information(coin_flips(15, 4)), "samples must not exceed 14"),
    (lambda: mask_events(digits(8)), "task must have two classes"),
    (lambda: mask_events(POINTS, seed=-1), "seed must not be negative"),
    (lambda: drawn_information(coin_flips(4, 3), networks=3, parts=4), "parts must not exceed 3"),
    (lambda: information_bounds([], []), "labels must be zeros and ones"),
    (lambda: information_bounds([Masks([[[1]]])] * 3, [[1], [0], [1]]), "masks must be at least 8, of one shape"),
    (lambda: memorisation(POINTS, methods=["synflow, other labels"]), "methods must be one of"),
    (lambda: memorisation(POINTS, clean=[0.0] * 8), "clean must be left out"),
    (lambda: memorisation(digits(20)), "task must have one output"),
    (lambda: memorisation(coin_flips(8, 3, regression=True), clean=[1.0]), "clean must be 8 numbers"),
    (lambda: memorisation(coin_flips(8, 3, regression=True), noise=0), "noise must be positive"),
    (lambda: coin_flips(5, digits(8).train_inputs[:3]), "inputs must hold at least 5 examples"),
    (lambda: steepness([(np.ones((2, 3)), np.zeros(2))], np.ones((4, 3))), "layers must have one output"),
]


@pytest.mark.parametrize(("call", "sentence"), BAD)
def test_bad_input_is_one_sentence_at_the_call(call, sentence):
    with pytest.raises(ValueError, match="must") as caught:
        call()
    assert sentence in str(caught.value)


def test_a_network_that_diverges_leaves_no_mask():
    with pytest.raises(RuntimeError, match="masks need networks that learn: 2 of 2 networks diverged"):
        label_masks(POINTS, LABELS, "after training", 6, step_size=1e6)
