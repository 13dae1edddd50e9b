"""Data sets: exact for polynomial models, nearly so for networks, and the loss landscape that the sets share."""

from __future__ import annotations

import numpy as np
import pytest

from scalinglab.compression import (
    cluster,
    compress_dataset,
    moment_error,
    noisy_teacher,
    polynomial_features,
    random_subset,
    weighted_mean_squared_error,
)
from scalinglab.compression.exponents import regression_exponents


@pytest.mark.parametrize(("inputs", "degree", "size"), [(1, 3, 15), (2, 2, 31), (2, 3, 57)])
def test_polynomial_regression_is_compressed_exactly(inputs, degree, size):
    """5,000 noisy points as few, with the same least squares: the loss of degree q needs moments up to 2q."""
    generator = np.random.default_rng(0)
    x = generator.uniform(-1, 1, size=(5000, inputs))
    y = np.sin(3 * x[:, 0]) + 3 * generator.standard_normal(5000)
    few = compress_dataset(x, y, size, 2 * degree)
    assert len(few) <= size
    table, part = polynomial_features(x, degree), polynomial_features(few.inputs, degree)
    root = np.sqrt(few.weights)
    full = np.linalg.lstsq(table, y, rcond=None)[0]
    same = np.linalg.lstsq(part * root[:, None], few.labels * root, rcond=None)[0]
    # The condition of the few points, about 10 to 100, times rounding.
    np.testing.assert_allclose(same, full, rtol=0, atol=1e-12 * np.abs(full).max())


def test_the_loss_of_any_polynomial_model_is_the_same():
    generator = np.random.default_rng(1)
    x, y = noisy_teacher(3000)
    few = compress_dataset(x, y, 40, 4)
    for _ in range(20):
        model = generator.normal(size=6)
        full = weighted_mean_squared_error(polynomial_features(x, 2) @ model, y)
        same = weighted_mean_squared_error(polynomial_features(few.inputs, 2) @ model, few.labels, few.weights)
        assert same == pytest.approx(full, rel=1e-12)


def test_with_several_outputs_and_weights_too():
    generator = np.random.default_rng(2)
    x, y, weights = generator.normal(size=(800, 2)), generator.normal(size=(800, 3)), generator.uniform(size=800)
    few = compress_dataset(x, y, 100, 2, weights=weights)
    assert few.labels.shape == (len(few), 3)
    joined, part = np.hstack([x, y]), np.hstack([few.inputs, few.labels])
    assert moment_error(joined, weights, part, few.weights, exponents=regression_exponents(2, 2, 3)) < 1e-13


def test_one_hot_labels_keep_the_moments_of_every_class():
    generator = np.random.default_rng(3)
    classes = generator.integers(0, 3, size=900)
    x = generator.normal(size=(900, 2)) + np.array([[0, 0], [2, 0], [0, 2]])[classes]
    few = compress_dataset(x, np.eye(3)[classes], 60, 3)
    assert len(few) <= 30  # ten moments of each class: the others depend on them
    chosen = classes[few.index]
    for label in range(3):
        mine, kept = x[classes == label], chosen == label
        assert moment_error(mine, None, few.inputs[kept], few.weights[kept], 3) < 1e-12


def landscape(activation, size, data):
    """Largest difference of the losses of 120 random networks, in units of the losses' standard deviation."""
    x, y = data
    generator = np.random.default_rng(1)
    draw = [(generator.normal(size=(20, 2)), generator.normal(size=20), generator.normal(size=20)) for _ in range(120)]

    def losses(inputs, labels, weights=None):
        return np.array(
            [
                weighted_mean_squared_error(activation(inputs @ w.T + b) @ v / np.sqrt(20), labels, weights)
                for w, b, v in draw
            ]
        )

    full = losses(x, y)
    some, few = random_subset(x, size), cluster(np.column_stack([x, y]), size)
    found = {
        "random": losses(x[some.index], y[some.index], some.weights),
        "clusters": losses(few.points[:, :2], few.points[:, 2], few.weights),
    }
    for name, order, loss in (("general", 4, "general"), ("squared 2", 2, "squared"), ("squared 6", 6, "squared")):
        if name == "general" or (order + 1) * (order + 2) < size:
            kept = compress_dataset(x, y, size, order, loss=loss)
            found[name] = losses(kept.inputs, kept.labels, kept.weights)
    return {name: np.abs(values - full).max() / full.std() for name, values in found.items()}


def test_the_loss_landscape_of_smooth_networks():
    """Noise of standard deviation 3 in the labels: it costs the general set a dimension, and the squared one none."""
    off = landscape(np.tanh, 256, noisy_teacher(4096))
    assert off["random"] > 0.1
    assert off["clusters"] < off["random"] / 3
    assert off["general"] < off["clusters"] / 1.5
    assert off["squared 6"] < off["general"] / 5
    assert off["squared 6"] < 0.004


def test_the_loss_landscape_of_relu_networks_gains_less_and_nothing_from_the_order():
    off = landscape(lambda z: z.clip(0), 256, noisy_teacher(4096))
    assert off["squared 6"] < 0.01
    assert off["squared 6"] > off["squared 2"] / 3
    assert off["clusters"] > 5 * off["squared 6"]


def test_a_set_of_100000_is_one_of_100():
    x, y = noisy_teacher(10**5)
    few = compress_dataset(x, y, 100)
    assert len(few) <= 100
    assert landscape_of_one(x, y, few) < 0.02


def landscape_of_one(x, y, few):
    generator = np.random.default_rng(5)
    pairs = []
    for _ in range(40):
        w, b, v = generator.normal(size=(20, 2)), generator.normal(size=20), generator.normal(size=20) / np.sqrt(20)
        pairs.append(
            (
                weighted_mean_squared_error(np.tanh(x @ w.T + b) @ v, y),
                weighted_mean_squared_error(np.tanh(few.inputs @ w.T + b) @ v, few.labels, few.weights),
            )
        )
    full, same = np.array(pairs).T
    return np.abs(same - full).max() / full.std()


def test_rows_are_flat():
    x, y = noisy_teacher(300)
    few = compress_dataset(x, y, 20)
    row = few.rows()[0]
    assert list(row) == ["index", "weight", "x0", "x1", "y0"]
    assert row["y0"] == y[few.index[0]]
    assert few.weights.sum() == pytest.approx(300, rel=1e-13)


BAD = [
    ({"y": np.ones(3)}, "x and y must have the same length, got x 50, y 3"),
    ({"size": 6}, "size must be at least 7, the moments of order 1"),
    ({"size": 20, "order": 3}, "order must be at most 2, of which the moments fit into 20, got 3"),
    ({"loss": "hinge"}, "loss must be one of squared, general, got 'hinge'"),
    ({"y": np.full(50, np.nan)}, "y must be finite"),
    ({"x": np.full((50, 2), np.inf)}, "x must be finite"),
    ({"weights": -np.ones(50)}, r"weights must not be negative, got -1\.0"),
]


@pytest.mark.parametrize(("changes", "sentence"), BAD)
def test_bad_input_is_one_sentence(changes, sentence):
    settings = {"x": np.random.default_rng(0).normal(size=(50, 2)), "y": np.ones(50), "size": 30}
    with pytest.raises(ValueError, match=sentence):
        compress_dataset(**(settings | changes))


def test_a_loss_of_other_shapes_is_refused():
    with pytest.raises(ValueError, match=r"predictions must have the shape of y, \(3,\), got \(3, 1\)"):
        weighted_mean_squared_error(np.ones((3, 1)), np.ones(3))
