"""Fair comparisons: random points keep the total weight, clusters the mean too."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.cluster import KMeans

from scalinglab.compression import cluster, moment_error, random_subset

POINTS = np.random.default_rng(0).normal(size=(500, 2))


def test_random_points_share_the_total_weight():
    few = random_subset(POINTS, 50, weights=np.full(500, 3.0), seed=1)
    np.testing.assert_allclose(few.weights, 30.0)
    assert len(np.unique(few.index)) == 50
    assert few.order == 0
    assert not np.array_equal(few.index, random_subset(POINTS, 50, seed=2).index)
    np.testing.assert_array_equal(few.index, random_subset(POINTS, 50, seed=1).index)


def test_random_points_come_in_proportion_to_their_weights():
    weights = np.repeat([1.0, 9.0], 250)
    counts = [
        np.count_nonzero(random_subset(POINTS, 20, weights=weights, seed=seed).index >= 250) for seed in range(50)
    ]
    # Nearly 18 of 20 each, without replacement a little fewer; the standard error of the mean of 50 is 0.2.
    assert np.mean(counts) == pytest.approx(18, abs=0.8)


def test_random_points_of_weight_zero_are_never_kept():
    weights = np.where(np.arange(500) < 30, 1.0, 0.0)
    assert random_subset(POINTS, 20, weights=weights).index.max() < 30
    assert len(random_subset(POINTS, 200, weights=weights)) == 30


def test_clusters_keep_the_moments_of_order_one_and_no_more():
    weights = np.random.default_rng(1).uniform(size=500)
    few = cluster(POINTS, 30, weights=weights)
    assert len(few) == 30
    assert moment_error(POINTS, weights, few.points, few.weights, 1) < 1e-13
    assert moment_error(POINTS, weights, few.points, few.weights, 2) > 1e-4
    assert list(few.rows()[0]) == ["weight", "x0", "x1"]


def test_a_centre_is_the_barycentre_of_the_points_that_are_nearest_to_it():
    few = cluster(POINTS, 12)
    nearest = ((POINTS[:, None] - few.points) ** 2).sum(2).argmin(1)
    centres = np.array([POINTS[nearest == place].mean(0) for place in range(12)])
    np.testing.assert_allclose(few.points, centres, atol=1e-9)
    np.testing.assert_allclose(few.weights, np.bincount(nearest))


@pytest.mark.parametrize("size", [5, 40])
def test_clusters_are_as_tight_as_those_of_scikit_learn(size):
    # Both begin at random, and each start ends in a minimum of its own: over five seeds, within a few per cent.
    weights = np.random.default_rng(1).uniform(size=500)

    def spread(centres: np.ndarray) -> float:
        return float(((POINTS[:, None] - centres) ** 2).sum(2).min(1) @ weights)

    ours = [spread(cluster(POINTS, size, weights=weights, seed=seed).points) for seed in range(5)]
    means = [KMeans(size, n_init=1, random_state=seed).fit(POINTS, sample_weight=weights) for seed in range(5)]
    assert np.mean(ours) == pytest.approx(np.mean([spread(each.cluster_centers_) for each in means]), rel=0.05)


def test_equal_points_are_one_cluster():
    few = cluster(np.repeat(POINTS[:3], 4, axis=0), 5)
    np.testing.assert_allclose(np.sort(few.points, 0), np.sort(POINTS[:3], 0))
    assert few.weights.tolist() == [4, 4, 4]


def test_bad_input_is_one_sentence():
    with pytest.raises(ValueError, match="size must not exceed 500, the points that have a weight, got 501"):
        cluster(POINTS, 501)
    with pytest.raises(ValueError, match="size must be positive, got 0"):
        random_subset(POINTS, 0)
