"""Networks as sets of neurons: what they say is kept, duplicates become masses, and the absorbed form says the same."""

from __future__ import annotations

import numpy as np
import pytest

from scalinglab.compression import WeightedNetwork, compress_network, mean_field_network, moment_error
from scalinglab.training import digits, train
from tests.compression.absorbed import absorbed

INPUTS = np.random.default_rng(0).uniform(-1, 1, size=(200, 2))


def distance(one, other, activation="tanh"):
    """Root mean square difference of two networks' outputs."""
    difference = one.outputs(INPUTS, activation) - other.outputs(INPUTS, activation)
    return float(np.sqrt((difference**2).mean()))


def duplicated(network, copies):
    """Every neuron as often as it is to count."""
    (weight, bias), (above, last) = network.layers
    return (np.repeat(weight, copies, 0), np.repeat(bias, copies)), (np.repeat(above, copies, 1), last)


def test_a_network_of_duplicates_becomes_its_distinct_neurons_with_their_counts_as_masses():
    few = mean_field_network(15, 2, seed=1)
    copies = np.random.default_rng(2).integers(1, 8, size=15)
    found = compress_network(duplicated(few, copies), 40, 3)
    assert found.width == 15
    order = np.argsort(found.neurons[:, 0]), np.argsort(few.neurons[:, 0])
    np.testing.assert_array_equal(found.neurons[order[0]], few.neurons[order[1]])
    np.testing.assert_allclose(found.masses[order[0]], copies[order[1]], rtol=1e-10)


@pytest.mark.parametrize("outputs", [1, 3])
def test_moments_of_neurons_are_kept_and_so_is_what_the_network_says(outputs):
    full = mean_field_network(2000, 2, scale=10, outputs=outputs)
    few = compress_network(full, 250, 3 if outputs == 1 else 2)
    assert moment_error(full.neurons, full.masses, few.neurons, few.masses, few.order) < 1e-13
    assert few.masses.sum() == pytest.approx(10, rel=1e-13)
    assert few.width <= 250
    fair = compress_network(full, 250, choose="random")
    assert distance(full, few) < distance(full, fair) / 10


def test_a_random_network_that_is_not_rescaled_says_a_fraction():
    full = mean_field_network(4000, 2, scale=1, seed=3)
    (weight, bias), (above, last) = full.layers
    shifted = WeightedNetwork(((weight, bias + 1), (above + 1, last)), full.masses.copy())
    fair, unscaled = (compress_network(shifted, 400, choose=choose) for choose in ("random", "unscaled"))
    np.testing.assert_allclose(unscaled.outputs(INPUTS), fair.outputs(INPUTS) / 10, rtol=1e-10)
    assert distance(shifted, unscaled) > 5 * distance(shifted, fair)


def test_clusters_are_neurons_that_were_not_there_and_keep_the_mean():
    full = mean_field_network(500, 2)
    few = compress_network(full, 40, choose="clusters")
    assert moment_error(full.neurons, full.masses, few.neurons, few.masses, 1) < 1e-13
    assert not (few.neurons[:, None] == full.neurons).all(2).any()


def test_the_absorbed_network_says_the_same_without_masses():
    few = compress_network(mean_field_network(500, 2, scale=4, outputs=2), 60)
    layers, rates = absorbed(few)
    ordinary = WeightedNetwork(layers, np.ones(few.width))
    np.testing.assert_allclose(ordinary.outputs(INPUTS), few.outputs(INPUTS), rtol=0, atol=1e-14)
    assert [[part.shape for part in pair] for pair in rates] == [[part.shape for part in pair] for pair in layers]


def test_an_ordinary_network_of_the_training_loop_can_be_compressed():
    layers = next(train(digits(100), width=300)).arrays(0)
    # A neuron of the digits is 75 numbers, and order 2 has 2,926 moments. Of the 76 of order 1, those of weight and of
    # the biases, which begin at zero, are one.
    few = compress_network(layers, 100)
    assert (few.order, few.width, few.masses.sum()) == (1, 75, pytest.approx(300, rel=1e-12))


def test_mean_field_networks_are_drawn_by_their_seed():
    one, same, other = (mean_field_network(50, 3, scale=2, spread=0.2, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.neurons, same.neurons)
    assert not np.array_equal(one.neurons, other.neurons)
    assert np.abs(one.neurons[:, :4]).max() <= 0.2
    np.testing.assert_allclose(one.masses, 2 / 50)


FULL = mean_field_network(20, 2)
BAD = [
    (lambda: compress_network(FULL, 4), "size must be at least 5, the moments of order 1 in 4 dimensions, got 4"),
    (lambda: compress_network(FULL, 10, 3), "order must be at most 1 in 4 dimensions"),
    (lambda: compress_network(FULL, 10, 1, choose="random"), 'order must be left out, but for choose="moments"'),
    (lambda: compress_network(FULL, 10, choose="best"), "choose must be one of moments, random, unscaled, clusters"),
    (lambda: compress_network(FULL, 10, masses=np.ones(20)), "masses must be left to the network"),
    (lambda: compress_network(FULL.layers, 10, masses=np.ones(3)), "neurons and weights must have the same length"),
    (lambda: compress_network(FULL.layers[:1], 10), "layers must be two pairs of weight and bias"),
    (lambda: compress_network((FULL.layers[0], FULL.layers[0]), 10), "layers must fit together"),
    (lambda: FULL.outputs(np.ones((3, 3))), r"inputs must have 2 columns, got \(3, 3\)"),
    (lambda: FULL.outputs(INPUTS, "sine"), "activation must be one of tanh, relu, got 'sine'"),
    (lambda: mean_field_network(0), "width must be positive, got 0"),
    (lambda: mean_field_network(5, scale=0), "scale must be positive, got 0"),
]


@pytest.mark.parametrize(("call", "sentence"), BAD)
def test_bad_input_is_one_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
