"""What chapter 12 says in words, read from its panels; of the package, ``tests/compression`` tests it."""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import scalinglab.compression as universal
from tests.course.executed import Chapter

Rows = list[dict[str, Any]]


def last(run):
    *_, found = run
    return found


@pytest.fixture(scope="session")
def at(chapter: Chapter) -> Callable[..., tuple[Rows, str]]:
    """A panel's rows and caption at the end of its run: as it opens, with a preset, or with some controls moved."""
    panels = {panel.name: panel for panel in chapter.panels}

    @functools.cache
    def look(name: str, preset: str = "", **moved: Any) -> tuple[Rows, str]:
        if not preset and not moved:
            return chapter.drawn(name), chapter.captions[name]
        positions = panels[name]._positions
        found = last(panels[name]._rows(**(positions.start | (positions.preset(preset) if preset else {}) | moved)))
        return found["rows"], found["caption"]

    return look


@pytest.fixture(scope="session")
def largest(at, chapter) -> Callable[..., dict[str, float]]:
    """The largest gap of each small network of *Side by side*; the line under the controls says the same."""

    def look(preset: str = "", **moved: Any) -> dict[str, float]:
        rows, caption = at("side-by-side", preset, **moved)
        found = {name: of(rows, name).max() for name in chapter["ORDER"] if name != "full"}
        said = {name: float(number) for name, number in re.findall(r"(\w+) (\d\S*?)(?=,|\.(?: |$))", caption)}
        assert said == {name: float(f"{gap:.1g}") for name, gap in found.items()}
        return found

    return look


def of(rows: Rows, network: str, name: str = "gap") -> np.ndarray:
    return np.array([row[name] for row in rows if row["network"] == network])


def exponents(caption: str) -> dict[str, tuple[float, float]]:
    """Exponent and uncertainty of each method, as the caption of a panel of laws says them."""
    found = re.findall(r"(all|random|compressed) (-?\d+\.\d+) ± (\d+\.\d+)", caption)
    return {name: (float(number), float(error)) for name, number, error in found}


def test_lazy_gains_from_the_order_and_rich_gains_little(chapter):
    lazy, rich = chapter.table("Largest gap")
    assert lazy["order 7"] < lazy["order 1"] / 50
    assert lazy["random"] > 100 * lazy["order 7"]
    assert rich["order 7"] < rich["order 1"] < 2 * rich["order 7"]
    orders = [rich[f"order {order}"] for order in chapter["ORDERS"]]
    assert max(orders) < rich["random"] / 3


def last_gaps(chapter: Chapter, scale: float, seed: int) -> dict[str, float]:
    """What the table has of the first wide network, of another one; the chapter draws none of these."""
    full = universal.mean_field_network(2000, scale=scale, seed=seed)
    few = {"full": full, "random": universal.compress_network(full, 120, choose="random")}
    few |= {f"order {order}": universal.compress_network(full, 120, order) for order in (1, 7)}
    settings = {"step_size": chapter["step_size"](scale), "batch_size": 64, "steps": 600, "evaluations": 40}
    gaps = last(universal.train_together(few, chapter["SINE"], optimizer="sgd", **settings)).gaps()
    return {name: gap.max() for name, gap in gaps.items()}


def test_over_several_wide_networks_the_order_gains_much_when_lazy_and_little_when_rich(chapter):
    """Five of them: what the answer below the table says of other initializations, and of random neurons."""
    gained = {10: [], 1: []}
    for scale, seed in itertools.product(gained, range(5)):
        largest = chapter["last_gaps"](scale) if seed == 0 else last_gaps(chapter, scale, seed)
        gained[scale].append(largest["order 1"] / largest["order 7"])
        assert max(largest["order 1"], largest["order 7"]) < largest["random"] / (3 if scale == 1 else 1)
    assert min(gained[10]) > 30
    assert [f"{found(gained[1]):.1g}" for found in (min, max)] == ["0.5", "5"]


def test_rich_training_moves_input_weights_by_several_times_their_spread_and_lazy_training_does_not(chapter):
    moved = {}
    for scale in (10, 1):
        full = universal.mean_field_network(2000, scale=scale)
        settings = {"step_size": chapter["step_size"](scale), "batch_size": 32, "steps": 400, "evaluations": 2}
        run = last(universal.train_together({"full": full}, chapter["SINE"], optimizer="sgd", **settings))
        (before, _), _ = full.layers
        (after, _), _ = run.network("full").layers
        moved[scale] = np.sqrt(np.mean((after - before) ** 2)) / np.std(before)
    assert moved[10] < 1
    assert 3 < moved[1] < 8


def test_as_side_by_side_opens_all_learn_the_sine_and_the_gap_of_the_compressed_network_is_far_below_the_loss(
    chapter, at, largest
):
    gaps = largest()
    assert gaps["clusters"] < gaps["random"] / 4
    assert [f"{gaps[name] / gaps['compressed']:.2g}" for name in ("clusters", "random")] == ["3.7", "20"]
    rows, _ = at("side-by-side")
    relative, gap = of(rows, "full", "relative"), of(rows, "compressed")
    assert relative[0] == 1
    assert (gap < relative / 50).all()
    assert f"{gap.max():.1g}" == "0.0005"
    assert 200 < relative[-1] / gap[-1] < 250
    random, steps = (of(rows, "random", name) for name in ("gap", "step"))
    assert steps[(random < gap) & (steps > 20)][0] == 150
    # The four curves of the loss lie on one another: five percent are a hundredth of the axis, which is a line's width.
    losses = [of(rows, name, "test_loss") for name in chapter["ORDER"]]
    assert max(np.abs(loss / losses[0] - 1)[6:].max() for loss in losses) < 0.06
    assert [float(f"{loss:.2g}") for loss in (losses[0][0], losses[0][-1])] == [0.6, 0.0015]


def test_in_its_lazy_preset_the_loss_stops_at_the_best_straight_line(chapter, at, largest):
    gaps = largest("lazy")
    assert gaps["compressed"] < gaps["clusters"] / 5 < gaps["random"] / 5
    rows, _ = at("side-by-side", "lazy")
    loss, steps = (of(rows, "full", name) for name in ("test_loss", "step"))
    x = chapter["X"][:, 0]
    y = np.sin(2 * x)
    line = np.mean((np.polyval(np.polyfit(x, y, 1), x) - y) ** 2)
    assert f"{loss[-1]:.1g}" == "0.02"
    assert line * 0.7 < loss[-1] < line  # 0.028: little is learned beyond the line
    assert loss[-1] > 0.9 * loss[steps >= 100][0]


def test_lowering_the_order_costs_much_when_lazy_little_when_rich_and_nothing_for_a_relu(largest):
    """The numbers of the answers to the tasks, as the line under the controls gives them."""
    lazy, rich = ([largest(*preset, order=order)["compressed"] for order in (5, 1)] for preset in (("lazy",), ()))
    assert [f"{gap:.1g}" for gap in lazy] == ["0.0003", "0.01"]
    assert 35 < lazy[1] / lazy[0] < 45
    assert [f"{gap:.1g}" for gap in rich] == ["0.0005", "0.001"]
    every = [largest("lazy", order=order)["compressed"] for order in (1, 2, 3, 4, 5)]
    assert every == sorted(every, reverse=True)
    assert f"{largest()['random']:.1g}" == f"{largest(order=1)['random']:.1g}" == "0.01"
    relu = [largest("ReLU", order=order) for order in (1, 2, 3, 4, 5)]
    assert [f"{gaps['compressed']:.1g}" for gaps in relu] == ["0.03", "0.008", "0.02", "0.01", "0.02"]
    assert {f"{gaps['clusters']:.1g}" for gaps in relu} == {"0.01"}
    assert {f"{gaps['random']:.1g}" for gaps in relu} == {"0.1"}


def test_random_neurons_are_furthest_away_at_the_start_and_for_a_relu_the_order_of_the_ends_is_chance(chapter, at):
    for preset in ("lazy", "ReLU"):
        gap = of(at("side-by-side", preset)[0], "random")
        assert gap.max() < 1.2 * gap[0]
    late = {}
    for order in (2, 5):
        rows, _ = at("side-by-side", "ReLU", order=order)
        late[order] = {name: np.median(of(rows, name)[25:]) for name in ("random", "compressed")}
    assert late[2]["compressed"] < late[2]["random"] / 2
    assert late[5]["random"] < late[5]["compressed"] / 2


def test_as_it_opens_and_with_a_relu_compressed_networks_are_ahead_of_random_ones(largest):
    for preset in ("", "ReLU"):
        gaps = largest(preset)
        assert gaps["compressed"] < gaps["random"] / 3, preset


def test_for_relu_networks_no_order_stands_out_and_which_comes_closest_later_changes(chapter):
    """Largest gaps in lazy training, over three wide networks: moments beat random neurons at any order alike.

    Later in training it is a matter of chance: over six of them, once the one and once the other is closer.
    """
    gaps, closer = [], set()
    for seed in range(6):
        full, orders = universal.mean_field_network(2000, scale=10, seed=seed), (1, 2, 5, 7) if seed < 3 else (2,)
        few = {"full": full, "random": universal.compress_network(full, 120, choose="random")}
        few |= {f"{order}": universal.compress_network(full, 120, order) for order in orders}
        settings = {"step_size": chapter["step_size"](10), "batch_size": 32, "steps": 400, "evaluations": 50}
        run = universal.train_together(few, chapter["SINE"], activation="relu", optimizer="sgd", **settings)
        found = last(run).gaps()
        gaps += [[found[name].max() for name in ("1", "2", "5", "7", "random")]] if seed < 3 else []
        closer.add(bool(np.median(found["2"][25:]) < np.median(found["random"][25:])))
    assert closer == {True, False}
    *orders, random = np.exp(np.log(gaps).mean(axis=0))
    assert max(orders) < 3 * min(orders)
    assert random > 3 * max(orders)


def test_the_worked_example_of_the_rule():
    """Two copies with w = 1, b = 0 and v = 0.5 at x = 1, and one neuron of mass 2 in their place."""
    hidden = np.tanh(1.0)
    assert [round(0.5 * hidden, 3), round(2 * 0.5 * hidden, 3)] == [0.381, 0.762]
    gradient = 2 * 0.5 * hidden * hidden  # error times the derivative of v tanh(w x)
    assert [round(gradient, 3), round(2 * gradient, 3)] == [0.580, 1.160]
    assert [round(0.5 - 0.1 * gradient, 3), round(0.5 - 0.1 * 2 * gradient, 3)] == [0.442, 0.384]


def test_with_the_rule_gradient_descent_follows_and_without_it_does_not(at):
    for optimizer in ("sgd", "momentum"):
        gap = {rule: of(at("the-rule", optimizer=optimizer, rule=rule)[0], "compressed") for rule in (True, False)}
        assert gap[True].max() < 0.02
        # Far too fast: far apart on the way, or diverged.
        assert np.isnan(gap[False]).any() or gap[False].max() > 0.1


def test_without_the_rule_plain_descent_diverges_and_momentum_is_far_too_fast(chapter, at):
    assert chapter["ordinary"]()["compressed"].width == 60
    assert round(np.mean(chapter["ordinary"]()["compressed"].masses)) == 17
    rows, caption = at("the-rule", "without")
    assert "Diverged: compressed." in caption
    assert max(row["step"] for row in rows if row["network"] == "compressed" and np.isfinite(row["gap"])) < 40
    rows, _ = at("the-rule", "without", optimizer="momentum")
    steps = of(rows, "full", "step")
    full, few = (of(rows, name, "test_loss") for name in ("full", "compressed"))
    assert 8 < steps[-1] / steps[few <= full[-1]][0] < 34


def test_adam_needs_no_rule(at):
    gap = {rule: of(at("the-rule", optimizer="adam", rule=rule)[0], "compressed").max() for rule in (True, False)}
    assert gap[False] < 0.05
    assert gap[False] < 2 * gap[True] + 1e-3


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adam", "adamw"])
def test_copies_and_their_compression_learn_the_same(chapter, optimizer):
    (row,) = [row for row in chapter.table("A network of copies") if row["optimizer"] == optimizer]
    assert row["left"] == 12 < row["neurons"]
    assert row["largest gap"] < 1e-11


def test_the_exponents_double_and_triple_and_random_examples_keep_theirs(chapter):
    doubled, tripled = chapter["boosted"](), chapter["tripled"]
    for found, ratio, tolerance in ((doubled, 2, 0.15), (tripled, 3, 0.3)):
        assert found.exponent("all") == pytest.approx(1, abs=0.1)
        assert found.exponent("compressed") / found.exponent("all") == pytest.approx(ratio, abs=tolerance)
    assert doubled.exponent("random") < 1.3


@pytest.mark.parametrize(("preset", "share"), [("", 1 / 2), ("cube root", 1 / 3), ("hardly any", 0.8)])
def test_the_captions_of_data_laws_say_how_much_the_exponent_gains(at, preset, share):
    rows, caption = at("data-laws", preset)
    found = exponents(caption)
    assert found["compressed"][0] / found["all"][0] == pytest.approx(1 / share, rel=0.06)
    assert found["random"][0] < 1.35
    assert "nothing is compressed" not in caption
    kept = {row["objects"]: row["size"] for row in rows if row["method"] == "compressed"}
    assert all(size < objects for objects, size in kept.items())


def test_a_compressed_point_has_the_height_of_one_of_all(at):
    rows, _ = at("data-laws")
    heights = {
        name: {row["objects"]: row["risk"] for row in rows if row["method"] == name} for name in ("all", "compressed")
    }
    for objects, risk in heights["all"].items():
        assert heights["compressed"][objects] == pytest.approx(risk, rel=0.1)


def test_a_factor_too_small_costs_accuracy_and_the_caption_says_so(at):
    rows, caption = at("data-laws", factor=3)
    assert exponents(caption)["compressed"][0] > 3
    assert re.search(r"At \d of 7 sizes compression costs accuracy", caption)
    first = {row["method"]: row["risk"] for row in rows if row["objects"] == 512}
    assert first["compressed"] > 1.5 * first["all"]
    assert "costs accuracy" not in "".join(at("data-laws", preset)[1] for preset in ("", "cube root", "hardly any"))


def test_the_ends_of_the_sliders_say_what_is_compressed_and_what_is_left_out(chapter, at):
    assert "At 7 of 7 sizes nothing is compressed" in at("data-laws", share=0.9)[1]
    *_, rough = itertools.islice(chapter["width_law"](0.9, 12), 2)
    assert "At 2 of 2 sizes nothing is compressed" in rough["caption"]
    assert re.search(
        r"\d sizes are left out: order 6 needs at least 57 examples", at("data-laws", share=0.33, factor=3)[1]
    )


def test_the_caption_of_width_laws_agrees_with_theory_within_its_uncertainty(at):
    _, caption = at("width-laws")
    assert caption.startswith("80 networks of each width.")
    found = exponents(caption)
    assert found["compressed"][0] / found["all"][0] == pytest.approx(2, abs=0.2)
    for name, exponent in (("all", 1), ("random", 1), ("compressed", 2)):
        assert abs(found[name][0] - exponent) < found[name][1] < 0.15, (name, caption)


def test_the_first_picture_of_width_laws_is_rough_and_its_cube_root_triples(chapter):
    few = last(universal.boosting_width(chapter["SINE"], chapter["WIDTHS"], seeds=8))
    assert few.uncertainty("all") > 0.15
    assert few.uncertainty("compressed") > 0.3
    cube = last(universal.boosting_width(chapter["SINE"], chapter["WIDTHS"], share=1 / 3, factor=32, seeds=8))
    assert cube.exponent("compressed") / cube.exponent("all") == pytest.approx(3, rel=0.15)


def test_the_ratio_of_the_slopes_in_width(chapter):
    found = chapter["wide"]
    assert found.exponent("compressed") / found.exponent("all") == pytest.approx(2, abs=0.3)


def test_a_stretched_exponential_with_hardly_any_ridge_and_a_power_law_with_a_strong_one(at):
    told: dict[str, list[float]] = {}
    for preset in ("", "power law"):
        _, caption = at("stretched-or-power", preset)
        told[preset] = [float(number) for number in re.findall(r"-0\.\d+|-1\.0+", caption)]
    root, power = told[""]
    assert root < -0.99
    assert root < power - 0.005
    root, power = told["power law"]
    assert power < -0.99
    assert power < root - 0.003
    assert max(map(max, told.values())) < -0.95
    rows = at("stretched-or-power")[0]
    sizes = [row["size"] for row in rows]
    assert {row["method"] for row in rows} == {"all", "compressed"}
    # At each size both are drawn, and one kind lies above the other by what compression costs.
    cost = {size: [row["risk"] for row in rows if row["size"] == size] for size in sizes}
    assert all(len(two) == 2 and two[0] < two[1] for two in map(sorted, cost.values()))
    assert all(1e-3 < row["risk"] < 1e3 for row in rows)
    assert max(sizes) < 10 * min(sizes)


def test_what_compression_costs_where_laws_are_told_apart(chapter):
    """Error of the compressed sets over that of all examples, smallest first; the ridge decides, not the teacher."""
    cost = chapter["held"].risk["compressed"].mean(1) / chapter["held"].risk["all"].mean(1)
    assert cost[0] > 100
    assert 2 < cost[-1] < 4
    *_, strong = chapter["largest_orders"]("relu", 1e-2)
    assert (strong.risk["compressed"].mean(1) / strong.risk["all"].mean(1))[-4:] == pytest.approx(1, abs=0.15)
    root, power = chapter["straightness"](strong)
    assert power < root
