"""What chapter 07 says in words, measured; its tables are recomputed in tests/pruning."""

from __future__ import annotations

import numpy as np
import pytest

import scalinglab.pruning as tickets
from scalinglab.live.drawn import domain, drawn
from scalinglab.live.rows import columns_of
from scalinglab.training import digits, train


@pytest.fixture
def means(chapter):
    """Means over seeds in the table, by density as 2, 4 ... 512; accuracies in per cent."""

    def by_density(method, name="accuracy"):
        factor = 100 if name == "accuracy" else 1
        pairs = zip(chapter["DENSITIES"], chapter["means"](method, name), strict=True)
        return {round(1 / density): factor * value for density, value in pairs}

    return by_density


def averaged(rows, methods):
    names = ("accuracy", "effective_density", "total_steps")
    mine = {method: [row for row in rows if row["method"] == method] for method in methods}
    return {method: {name: np.mean([row[name] for row in some]) for name in names} for method, some in mine.items()}


def test_sizes_and_trainings(chapter):
    layers = next(train(digits(), **chapter["SMALL"])).arrays(0)
    assert sum(weight.size for weight, _ in layers) == 8832
    assert chapter["SIZE"] == sum(weight.size for weight, _ in chapter["grown"]()["initial"]) == 84_480
    assert tickets.kept_weights(1 / 64, chapter["SIZE"]) == 1320
    assert len(tickets.density_path([0.05])) == 15
    # "Five networks for each of fourteen methods: the eight from above, and six more", at nine densities.
    assert set(chapter["ALL"]) == set(chapter["METHODS"]) > set(chapter["EIGHT"])
    assert (len(chapter["ALL"]), len(chapter["EIGHT"]), len(chapter["DENSITIES"])) == (14, 8, 9)
    assert {sum(row["method"] == method for row in chapter["ZOO"]) for method in chapter["ALL"]} == {5 * 9}


def test_a_method_has_the_same_look_in_every_chart_and_no_control_has_it(chapter):
    two = next(panel for panel in chapter.panels if panel.name == "two-methods-side-by-side")
    shown = [(panel, data) for panel, _, data in chapter.pictures]
    for one, other in zip(chapter["ALL"][::2], chapter["ALL"][1::2], strict=True):
        shown.append((two, {"rows": columns_of(chapter["pair"](one, other)["rows"])}))
    names, places = {*chapter["METHODS"], *tickets.CONTROLS[1:]}, {}
    for listed in (drawn(spec, data) for panel, data in shown for spec in panel._specs):
        for name in {str(series.value) for series in listed if series.seen} & names:
            places.setdefault(name, []).append(domain(listed).index(name))
    assert set(places) == names
    assert all(len(set(found)) == 1 for found in places.values()), places
    assert len({found[0] for found in places.values()}) == 14 + 3
    assert len(places["snip"]) == 4


def test_at_five_per_cent_methods_spread_with_paths_and_iterative_pruning_wins(chapter):
    rows = chapter.drawn("eight-ways-to-prune")
    assert {(row["density"], row["seed"]) for row in rows} == {(0.05, 0), (0.05, 1), (0.05, 2)}
    assert all(row["share"] == pytest.approx(row["effective_density"] / row["density"]) for row in rows)
    found = averaged(rows, ("random", "magnitude", "erk", "snip", "synflow", "gradual", "iterative"))
    for method in ("random", "magnitude"):
        assert 0.5 < found[method]["effective_density"] / 0.05 < 0.65
    assert found["synflow"]["effective_density"] / 0.05 > 0.99
    best = found.pop("iterative")
    assert all(best["accuracy"] > other["accuracy"] for other in found.values())
    assert best["total_steps"] == 6000
    assert found["snip"]["accuracy"] == pytest.approx(0.88, abs=0.03)
    assert best["accuracy"] == pytest.approx(0.95, abs=0.02)
    # "Most of it for the price of one training."
    assert found["gradual"]["accuracy"] > best["accuracy"] - 0.03
    assert found["gradual"]["total_steps"] == 400


def test_easy_and_hard_densities(chapter, monkeypatch):
    methods = ("random", "magnitude", "erk", "snip", "synflow")
    monkeypatch.setitem(chapter.names, "EIGHT", methods)
    accuracies = []
    for density in (0.3, 0.02):
        *_, last = chapter["zoo"](density)
        accuracies.append([row["accuracy"] for row in averaged(last["rows"], methods).values()])
    assert np.ptp(accuracies[0]) < 0.03
    assert np.ptp(accuracies[1]) > 0.5


def test_paths_rank_methods_at_the_start_nearly_by_themselves(chapter, means):
    for density in (16, 32, 64, 128, 256, 512):
        assert 0.7 < chapter["rank"](1 / density) < 0.95
    assert means("magnitude", "effective")[64] < 3
    for density in (64, 128):
        assert means("snip", "effective")[density] < means("erk", "effective")[density]
        assert means("snip")[density] > means("erk")[density] + 4


def test_what_one_would_not_expect_of_the_table(chapter, means):
    for density in (32, 64, 128):
        assert means("after, global")[density] < means("random")[density] - 4
    for density in (8, 16, 32, 64, 128):
        assert means("gradual")[density] > max(means(method)[density] for method in chapter["START"])
    for density in (2, 4, 8, 16):
        # Above 6 % one threshold after training is as good as at the start, or better.
        assert means("after, global")[density] > means("magnitude")[density] - 0.2


def test_what_the_panel_of_two_methods_shows_of_its_tasks(chapter, means):
    """Its buttons compare the methods that the text compares there, and its caption says what is asked."""
    buttons = chapter["PAIRS"]
    assert buttons["repaired"] == {"one": "after, global", "other": "after, lamp"}
    assert means("after, lamp")[64] == pytest.approx(89, abs=0.6)
    assert means("after, global")[64] == pytest.approx(9, abs=0.6)
    gained = {d: means("gradual")[d] - means("synflow")[d] for d in (2, 4, 8, 16, 32, 64, 128, 256, 512)}
    assert min(gained[d] for d in (8, 16, 32, 64, 128)) > 0.5
    assert abs(gained[256]) < 1
    assert gained[512] < -10
    for chosen in buttons.values():
        shown = chapter["pair"](**chosen)
        assert {row["method"] for row in shown["rows"]} == set(chosen.values())
        gap = {d: means(chosen["one"])[d] - means(chosen["other"])[d] for d in gained}
        most = max(gap, key=lambda d: abs(gap[d]))
        on_paths = " and ".join(f"{means(method, 'effective')[64]:,.0f} ({method})" for method in chosen.values())
        assert shown["caption"] == (
            f"Largest difference, first minus second: {gap[most]:+.1f} points at 1/{most}. "
            f"Of 1,320 weights kept at 1/64, on a path: {on_paths}."
        )


def test_the_order_of_methods_at_the_end_is_that_of_the_papers_in_every_network(chapter):
    """Five networks: the smallest gap has a 95 % interval above 0 if it is beyond 2.8 of its standard errors."""
    for one, other in (("iterative", "synflow"), ("synflow", "snip"), ("after, lamp", "after, global")):
        both = [
            [100 * row["accuracy"] for row in chapter["ZOO"] if (row["method"], row["density"]) == (name, 1 / 64)]
            for name in (one, other)
        ]
        gaps = np.subtract(*both)
        assert len(gaps) == 5
        assert chapter["gap"](one, other) == pytest.approx(gaps.mean())
        assert gaps.mean() > 2.8 * gaps.std(ddof=1) / 5**0.5


def test_an_interval_from_five_networks_holds_the_mean_of_two_others_in_95_of_100_cases(chapter, monkeypatch):
    draw, inside = np.random.default_rng(0), 0
    for _ in range(1000):
        five = [{"method": "m", "density": 1 / 64, "accuracy": value} for value in 0.9 + 0.01 * draw.normal(size=5)]
        monkeypatch.setitem(chapter.names, "ZOO", five)
        low, high = map(float, chapter["interval"]("m").split(" to "))
        inside += low <= 100 * (0.9 + 0.01 * draw.normal(size=2).mean()) <= high
    # The standard deviation of the count is 7; the ends are rounded to a twentieth of the spread.
    assert inside == pytest.approx(950, abs=25)


def test_shuffling_costs_nothing_at_moderate_density_and_much_when_sparse(chapter):
    assert abs(chapter["lost"]("snip", 1 / 16)) < 2
    for method in ("synflow", "grasp", "iterative"):
        assert chapter["lost"](method, 1 / 64) > 15 - 0.5


def test_lamp_repairs_pruning_after_training(means):
    after, before = means("after, lamp"), means("lamp")
    assert after[64] == pytest.approx(89, abs=0.6)
    assert before[64] == pytest.approx(82, abs=0.6)
    assert after[64] == pytest.approx(means("snip")[64], abs=2)
    assert after[64] < means("synflow")[64] - 2


def test_where_a_method_breaks_seeds_spread_by_many_points(chapter):
    spreads = {}
    for row in chapter["ZOO"]:
        if not row["rewind"]:
            spreads.setdefault(row["method"], {}).setdefault(row["density"], []).append(100 - 100 * row["accuracy"])
    for method, found in spreads.items():
        assert 4.9 < max(np.std(errors, ddof=1) for errors in found.values()) < 13.5, method
        # At 25 % any mask will do.
        assert np.mean(found[0.25]) < 2.3


def test_going_back_to_step_60_is_no_better(means):
    early, start = means("iterative, rewound to 60"), means("iterative")
    for density in (2, 4, 8, 16, 32, 64, 128, 256, 512):
        assert early[density] < start[density] + 0.3


def test_after_training_sizes_still_rank_by_the_initial_scales(chapter):
    trained, moved = chapter["masked"]("trained", "one threshold", 1 / 64), [chapter["moved"](n) for n in range(3)]
    for row in moved:
        assert row["moved by"] < 1
        # The densities at the same threshold hardly change: within a third of a per cent of the layer.
        assert abs(row["kept of initial"] - row["kept of trained"]) < 0.0035
    assert [row["kept of trained"] for row in moved] == list(trained.densities)
    assert moved[0]["initial spread"] == pytest.approx(2 * moved[1]["initial spread"], rel=0.03)
    first, *others = trained.densities
    assert first == pytest.approx(0.08, abs=0.01)
    assert max(others) < 0.005
    assert trained.effective.kept < 20
    assert chapter["masked"]("trained", "LAMP", 1 / 64).effective.kept > 900


def test_one_round_of_synflow_empties_two_layers_and_more_rounds_none(chapter):
    initial, kept = chapter["grown"]()["initial"], tickets.kept_weights(0.01, chapter["SIZE"])
    assert chapter["masked"]("initial", "SynFlow, 1 round", 0.01).empty_layers == (1, 2)
    ten = chapter["masked"]("initial", "SynFlow, 10 rounds", 0.01)
    for rounds, masks in ((10, ten), (100, tickets.synflow_masks(initial, kept, rounds=100))):
        # With ten rounds two weights of a hundred are on no path, with a hundred rounds fewer.
        assert masks.effective.kept > (1 - 0.3 / rounds) * kept


def test_the_threshold_is_drawn_for_one_threshold_alone_and_empty_layers_have_their_names(chapter):
    (panel,) = (panel for panel in chapter.panels if panel.name == "layers-under-one-threshold")
    (size_chart, _) = panel._specs
    assert panel._positions.presets["too fast"]["density"] == 0.01
    for weights in ("initial", "trained"):
        for method in chapter["PRUNERS"]:
            found = chapter["collapse"](weights, method, 0.01)
            data = {name: columns_of(rows) for name, rows in found.items() if name != "caption"}
            labels = {series.layer.label for series in drawn(size_chart, data) if series.seen}
            assert ("one threshold" in labels) == (method == "one threshold")
            masks = chapter["masked"](weights, method, 0.01)
            assert ("Empty" in found["caption"]) == bool(masks.empty_layers)
            assert f"{masks.kept} weights kept, {masks.effective.kept} of them on a path." in found["caption"]
    fast = chapter["collapse"]("initial", "SynFlow, 1 round", 0.01)["caption"]
    assert fast.startswith("At a density of 1.00%: 845 weights kept, ")
    assert fast.endswith("Empty: first layer and middle layer; the outputs are constants.")


def reached(rows, method, step):
    """Mean accuracy of a method's networks at the measurement next to a step, in per cent."""
    mine = [row for row in rows if row["method"] == method]
    near = min({row["step"] for row in mine}, key=lambda at: abs(at - step))
    found = [100 * row["accuracy"] for row in mine if row["step"] == near]
    assert len(found) == 2
    return np.mean(found)


def test_more_training_closes_most_of_the_gap_at_five_per_cent_and_nothing_at_two(chapter):
    five = chapter.drawn("error-against-all-steps")
    assert reached(five, "snip", 6000) > reached(five, "snip", 400) + 3
    assert 95.5 - reached(five, "snip", 6000) < (95.5 - reached(five, "snip", 400)) / 2
    *_, two = chapter["cost"](0.02)
    found = averaged(two["searched"], ("gradual", "iterative"))
    assert {row["seed"] for row in two["searched"]} == {0, 1}
    assert reached(two["rows"], "snip", 6000) < 100 * found["iterative"]["accuracy"] - 25
    assert reached(two["rows"], "snip", 6000) < 100 * found["gradual"]["accuracy"] - 15
    *_, dense = chapter["cost"](0.15)
    ticket = 100 * averaged(dense["searched"], ("iterative",))["iterative"]["accuracy"]
    assert all(reached(dense["rows"], method, 6000) > ticket - 2 for method in chapter["NAMES"])


def test_controls_of_the_table(chapter):
    """The bands are in tests/pruning; these are the numbers that the text names."""
    mean = chapter["controlled"]
    places = {(row["method"], row["density"]) for row in chapter["CHECKED"]}
    assert {row["seed"] for row in chapter["CHECKED"]} == {0, 1, 2, 3}
    for method, density in places:  # "The table above averages five, and differs by up to a point."
        other = 100 * chapter["means"](method, "accuracy")[chapter["DENSITIES"].index(density)]
        assert abs(mean(method, density, "as found") - other) < 1.05
    shown = {row["method"]: row["inverted"] for row in (chapter["controls_of"](m, 1 / 16) for m in chapter["SIX"])}
    assert {method for method, text in shown.items() if text == "not possible"} == {"synflow", "iterative"}
    assert mean("iterative", 1 / 16, "as found") == pytest.approx(98.2, abs=0.05)
    assert mean("iterative", 1 / 64, "as found") == pytest.approx(96, abs=0.5)
    assert mean("iterative", 1 / 16, "as found") - mean("iterative", 1 / 16, "shuffled") == pytest.approx(1, abs=0.5)
    for method in ("synflow", "grasp", "iterative"):
        assert mean(method, 1 / 64, "as found") - mean(method, 1 / 64, "shuffled") > 15
    for method, density in places:
        found = mean(method, density, "as found")
        if density == 1 / 16:
            assert max(abs(found - mean(method, density, other)) for other in ("shuffled", "other weights")) < 1.25
        assert shown[method] == "not possible" or mean(method, density, "inverted") < found - 4
    errors = [100 - mean("iterative", 1 / 16, control) for control in ("as found", "shuffled")]
    assert 1.5 < errors[1] / errors[0] < 2
    lost = mean("iterative", 1 / 64, "as found") - mean("iterative", 1 / 64, "other weights")
    assert lost == pytest.approx(3, abs=0.5)
    for method in ("lamp", "snip", "grasp", "synflow"):
        assert mean(method, 1 / 64, "other weights") > mean(method, 1 / 64, "as found") - 2


def test_every_control_lies_near_the_line_at_thirty_per_cent(chapter):
    *_, last = chapter["sanity"](0.3)
    assert {row["control"] for row in last["rows"]} == set(tickets.CONTROLS[1:])
    assert max(abs(row["test_error"] - row["found"]) for row in last["rows"]) < 0.02


def test_copies_that_part_at_the_start_have_a_barrier_and_those_that_part_late_have_none(chapter):
    """The means of the panel's two networks are the answer and the premise of the prediction."""
    rows = chapter.drawn("two-copies-and-the-line-between")
    found = {at: 100 * np.mean([row["train_barrier"] for row in rows if row["spawn"] == at]) for at in (0, 300)}
    assert found[0] == pytest.approx(10, abs=5)
    assert found[0] == pytest.approx(chapter["barrier"](0))
    assert found[300] < found[0] / 3


def test_rewinding_does_not_help_under_label_noise_and_pruning_does(chapter):
    *_, rewound = chapter["rewound"](300, 0.36)
    errors = {}
    for rewind, rows in ((0, chapter.drawn("rewind-under-label-noise")), (300, rewound.rows())):
        path = sorted({row["density"] for row in rows}, reverse=True)
        errors[rewind] = {d: np.mean([row["test_error"] for row in rows if row["density"] == d]) for d in path}
        assert {1, 0.5, 0.25, 0.125, 0.0625, 0.03} <= set(path)
        assert errors[rewind][0.03] < 0.6 * errors[rewind][1]
    # Standard deviations over seeds are about two points.
    for density in path[1:]:
        assert errors[300][density] > errors[0][density] - 0.05


@pytest.fixture
def stored(chapter):
    """What the panel of structured pruning draws: accuracies in per cent, by kind and then by weights stored."""
    found = {}
    for row in chapter.drawn("nodes-singular-values-weights"):
        found.setdefault(row["kind"], {})[row["stored"]] = 100 * row["accuracy"]
    assert set(found) == set(chapter["KINDS"])
    return found


def test_what_is_stored_and_what_is_kept(chapter, stored):
    """With about a tenth of the weights: single weights, then singular values, then nodes."""
    weights, thin, nodes = (
        stored["weights (LAMP)"][10_560],
        stored["singular values"][8784],
        stored["nodes, pruned"][8832],
    )
    assert weights > thin + 5 > nodes + 10
    trained, accuracy = chapter["grown"]()["trained"], chapter["accuracy"]
    assert tickets.keep_nodes(trained, 64)[0][0].shape == (64, 64)
    assert 100 * accuracy(tickets.node_masks(trained, 64).apply(trained)) == nodes


def test_a_network_that_was_never_large_is_better_than_one_that_was_pruned_to_its_size(chapter, stored):
    kept, tuned, fresh = (
        np.array([stored[kind][size] for size in chapter["STORED"]])
        for kind in ("nodes, pruned", "nodes, 200 steps more", "nodes, never large")
    )
    assert chapter["WIDTHS"] == (128, 64, 32, 16, 8)
    assert (tuned[1:] > kept[1:] + 15).all()
    assert (fresh > tuned).all()
    assert fresh[-1] > tuned[-1] + 10
