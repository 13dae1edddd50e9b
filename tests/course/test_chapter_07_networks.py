"""What chapter 07 says of tickets in three kinds of network, measured; the table is recomputed in tests/pruning."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats


@pytest.fixture
def priced(chapter):
    """What a control costs each network in the panel of three networks: mean and ends at each density, in points."""

    def at(method="iterative", control="shuffled"):
        opened = (method, control) == ("iterative", "shuffled")
        rows = (
            chapter.drawn("three-kinds-of-network", "prices")
            if opened
            else chapter["by_kind"]("convolution", method, control)["prices"]
        )
        found = {}
        for row in rows:
            assert abs(np.log(row["at"] / row["density"])) < 0.0501, "set apart by no more than the note says"
            found.setdefault(row["network"], {})[row["density"]] = (row["mean"], row["low"], row["high"])
        return found

    return at


def dense_and_ticket(chapter, network, density, method="iterative"):
    """By how many points masks as found are above the dense network: mean, and ends of the interval."""
    found = chapter["missed"](network, method, density, "as found")
    return tuple(chapter["above"](found, chapter["missed"](network, "iterative", 1, "as found")).values())


def test_the_three_networks_of_the_table_are_those_of_the_text(chapter):
    kept = {row["network"]: row["kept"] for row in chapter["SHARED"] if row["density"] == 1}
    assert kept == {"perceptron": 2624, "convolution": 2416, "attention": 2272}
    assert {kind: len(chapter["missed"](kind, "snip", 0.2, "shuffled")) for kind in chapter["NETWORKS"]} == {
        "perceptron": 16,
        "convolution": 16,
        "attention": 4,
    }
    rows = chapter.drawn("three-kinds-of-network")
    assert {row["network"] for row in rows} == {"convolution"}
    assert {row["density"] for row in rows} == {0.05, 0.1, 0.2, 0.5}
    with pytest.raises(ValueError, match="as attention has them: choose another method"):
        chapter["by_kind"]("attention", "synflow", "shuffled")


def test_an_interval_of_a_mean_of_sixteen_is_students(chapter):
    gaps = np.random.default_rng(0).normal(2, 3, 16)
    found = chapter["above"](10 + gaps, np.full(16, 10.0))
    low, high = stats.t.interval(0.95, 15, gaps.mean(), stats.sem(gaps))
    assert tuple(found.values()) == pytest.approx((gaps.mean(), low, high))


def test_shuffling_costs_a_convolution_more_if_training_found_the_mask(chapter, priced):
    found = priced()
    assert [round(found[kind][0.2][0]) for kind in ("convolution", "perceptron")] == [21, 16]
    gaps = {density: tuple(chapter["beyond"]("iterative", density, "shuffled").values()) for density in chapter["FOUR"]}
    assert gaps[0.2] == pytest.approx((5.9, 3.4, 8.3), abs=0.06)
    for density in (0.5, 0.2, 0.1):
        assert round(gaps[density][0]) in range(3, 7)
        assert gaps[density][1] > 1
        # As Welch's interval of two samples, which has more degrees of freedom, and is no wider.
        two = [
            np.subtract(*(chapter["missed"](kind, "iterative", density, c) for c in ("shuffled", "as found")))
            for kind in ("convolution", "perceptron")
        ]
        low, high = stats.ttest_ind(*two, equal_var=False).confidence_interval()
        assert gaps[density][1] - 0.01 < low < high < gaps[density][2] + 0.01
    assert gaps[0.05][1] < 0 < gaps[0.05][2]
    assert abs(gaps[0.05][0]) < 0.5
    assert chapter["missed"]("convolution", "iterative", 0.05, "shuffled").mean() > 85  # of 90
    caption = chapter.captions["three-kinds-of-network"]
    assert caption.startswith("At 20 %, “shuffled” costs the convolution +5.9 points (+3.4 to +8.3) more than the perc")
    assert caption.endswith(
        "As found, the masks of the convolution have an error +9.4 points (+8.0 to +10.8) above dense."
    )


def test_at_twenty_per_cent_shuffling_breaks_no_paths(chapter):
    for kind in ("perceptron", "convolution"):
        for control in ("as found", "shuffled"):
            place = (kind, "iterative", 0.2, control)
            rows = [r for r in chapter["SHARED"] if (r["network"], r["method"], r["density"], r["control"]) == place]
            assert np.mean([row["effective_density"] / 0.2 for row in rows]) > 0.99


def test_the_convolution_needs_its_initial_weights_most_at_twenty_per_cent(priced):
    found = priced(control="other weights")
    assert [round(found[kind][0.2][0]) for kind in ("convolution", "perceptron")] == [17, 11]
    assert found["convolution"][0.2][0] > found["attention"][0.2][0] > found["perceptron"][0.2][0]
    # In all three networks, mask and weights belong together, at each density.
    assert all(low > 0 for kind in found.values() for _, low, _ in kind.values())
    assert all(low > 0 for kind in priced().values() for _, low, _ in kind.values())


def test_masks_found_at_the_start_lose_little_and_the_networks_are_hardly_told_apart(chapter, priced):
    for method in ("synflow", "snip"):
        shuffled, other = priced(method), priced(method, "other weights")
        assert "attention" in shuffled or method == "synflow"
        for kind in ("perceptron", "convolution"):
            assert 1 < shuffled[kind][0.2][0] < 6
            assert abs(other[kind][0.2][0]) < 1.5
        for density in chapter["FOUR"]:
            gap = chapter["beyond"](method, density, "shuffled")
            assert gap["mean"] < 4
            assert gap["low"] < 0.5


def test_down_to_which_density_a_ticket_is_as_good_as_the_dense_network(chapter):
    mean, _, high = dense_and_ticket(chapter, "perceptron", 0.5)
    assert mean > -1.5
    assert high < 0
    assert dense_and_ticket(chapter, "perceptron", 0.2)[0] == pytest.approx(4, abs=0.5)
    mean, low, _ = dense_and_ticket(chapter, "convolution", 0.5)
    assert mean == pytest.approx(1, abs=0.5)
    assert low > 0
    mean, low, _ = dense_and_ticket(chapter, "convolution", 0.2)
    assert mean == pytest.approx(9, abs=0.5)
    assert low > 5
    mean, low, high = dense_and_ticket(chapter, "attention", 0.2)
    assert abs(mean) < 1
    assert low < 0 < high
    assert dense_and_ticket(chapter, "attention", 0.1)[1] > 0
