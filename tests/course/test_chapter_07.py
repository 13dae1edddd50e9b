"""What chapter 07 says in words, measured; its tables are recomputed in tests/pruning."""

from __future__ import annotations

import numpy as np
import pytest

import scalinglab.pruning as tickets
from scalinglab.live.drawn import domain, drawn
from scalinglab.live.rows import columns_of
from scalinglab.pruning.scores import synflow_scores
from scalinglab.training import digits, finish, train


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
    assert len(places["snip"]) == 5


def test_at_five_per_cent_methods_spread_with_paths_and_iterative_pruning_wins(chapter):
    rows = chapter.drawn("eight-ways-to-prune")
    assert {(row["density"], row["seed"]) for row in rows} == {(0.05, 0), (0.05, 1), (0.05, 2)}
    assert all(row["share"] == pytest.approx(row["effective_density"] / row["density"]) for row in rows)
    assert all(chapter["EIGHT"][round(row["place"]) - 1] == row["method"] for row in rows)
    found = averaged(rows, ("random", "magnitude", "erk", "snip", "synflow", "gradual", "iterative"))
    for method in ("random", "magnitude"):
        assert 0.5 < found[method]["effective_density"] / 0.05 < 0.65
    # "ERK wastes far less."
    assert found["erk"]["effective_density"] / 0.05 > 0.8
    assert found["synflow"]["effective_density"] / 0.05 > 0.99
    best = found.pop("iterative")
    assert all(best["accuracy"] > other["accuracy"] for other in found.values())
    assert best["total_steps"] == 6000
    assert found["snip"]["accuracy"] == pytest.approx(0.88, abs=0.03)
    assert best["accuracy"] == pytest.approx(0.95, abs=0.02)
    assert found["gradual"]["total_steps"] == 400


def test_equal_shares_waste_as_many_weights_as_the_text_finds_from_the_outputs_down(chapter):
    sizes = (64 * 64, 64 * 64, 10 * 64)
    masks = chapter["mask_of"]("random", 0.05, 0)
    assert [round(d * n) for d, n in zip(masks.densities, sizes, strict=True)] == [205, 205, 32]
    upper = 0.95**10
    lower = (1 - 0.05 * (1 - upper)) ** 64
    assert (upper, lower) == (pytest.approx(0.60, abs=0.005), pytest.approx(0.27, abs=0.005))
    wasted = 0.27 * 205, 0.60 * 205
    assert np.round(wasted).tolist() == [55, 123]
    assert sum(wasted) / 442 == pytest.approx(0.40, abs=0.005)
    # Three networks err by three points.
    rows = [row for row in chapter.drawn("eight-ways-to-prune") if row["method"] == "random"]
    assert 1 - np.mean([row["share"] for row in rows]) == pytest.approx(sum(wasted) / 442, abs=0.06)


@pytest.fixture(scope="module")
def hard(chapter):
    """The last rows of the panel of eight methods after the button *hard*."""
    *_, last = chapter["zoo"](0.02)
    return last["rows"]


def across(panel, number, rows):
    """Which share of a chart's width its marks span, all of which are in the frame."""
    listed = drawn(panel._specs[number], {"rows": columns_of(rows)})
    assert all(series.within.all() for series in listed)
    return np.ptp(np.concatenate([series.x for series in listed]))


def test_easy_and_hard_densities(chapter, hard):
    *_, last = chapter["zoo"](0.3)
    (panel,) = (panel for panel in chapter.panels if panel.name == "eight-ways-to-prune")
    for rows in (last["rows"], hard):
        assert all(across(panel, number, rows) > 0.85 for number in (0, 1))
    easy = averaged(last["rows"], chapter["EIGHT"])
    assert max(row["accuracy"] for row in easy.values()) - easy["random"]["accuracy"] < 0.015
    assert np.ptp([row["accuracy"] for row in easy.values()]) < 0.03
    assert all(row["effective_density"] / 0.3 > 0.97 for row in easy.values())


def test_at_a_hard_density_paths_rank_the_methods_at_the_start_and_training_beats_them(hard):
    found = averaged(hard, ("random", "erk", "magnitude", "snip", "grasp", "synflow", "gradual", "iterative"))
    errors = {method: 1 - row["accuracy"] for method, row in found.items()}
    shares = {method: row["effective_density"] / 0.02 for method, row in found.items()}
    assert (min(errors.values()), max(errors.values())) == pytest.approx((0.10, 0.86), abs=0.025)
    assert shares["random"] == pytest.approx(0.25, abs=0.06)
    start = list(found)[:6]
    order = [np.argsort([ranked[method] for method in start]).argsort() for ranked in (errors, shares)]
    assert np.corrcoef(*order)[0, 1] < -0.9
    assert all(errors["synflow"] < errors[method] - 0.2 for method in start[:-1])
    for method in ("gradual", "iterative"):
        assert errors[method] < errors["synflow"] - 0.05
        assert shares[method] < shares["synflow"]
    assert found["iterative"]["total_steps"] == 19 * 400


def test_paths_rank_methods_at_the_start_nearly_by_themselves(chapter, means):
    for density in (16, 32, 64, 128, 256, 512):
        assert 0.7 < chapter["rank"](1 / density) < 0.95
    assert means("magnitude", "effective")[64] < 3
    for method, at in {"iterative": 96, "synflow": 92, "snip": 87, "grasp": 82, "erk": 80, "random": 36}.items():
        assert means(method)[64] == pytest.approx(at, abs=0.51)
    assert means("magnitude")[64] < 10
    assert means("snip")[128] - means("grasp")[128] == pytest.approx(17, abs=0.51)
    assert means("snip")[128] - means("erk")[128] == pytest.approx(24, abs=0.51)
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
            f"The largest difference, first minus second, is {gap[most]:+.1f} points, at 1/{most}. "
            f"Of the 1,320 weights kept at 1/64, {on_paths} lie on a path."
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
    assert [row["moved by"] for row in (moved[0], moved[2])] == pytest.approx([0.23, 0.57], abs=0.02)
    assert moved[0]["moved by"] < moved[1]["moved by"] < moved[2]["moved by"]
    for row in moved:
        # The densities at the same threshold hardly change: within a third of a per cent of the layer.
        assert abs(row["kept of initial"] - row["kept of trained"]) < 0.0035
    assert [row["kept of trained"] for row in moved] == list(trained.densities)
    assert moved[0]["initial spread"] == pytest.approx(2 * moved[1]["initial spread"], rel=0.03)
    initial = [weight for weight, _ in chapter["grown"]()["initial"]]
    edge = np.quantile(np.abs(np.concatenate([weight.ravel() for weight in initial])), 1 - 1 / 64)
    places = [edge / weight.std() for weight in initial[:2]]
    assert 1.5 < places[0] < 2
    assert places[1] == pytest.approx(3.5, abs=0.06)
    assert chapter["masked"]("initial", "one threshold", 1 / 64).densities[1] < 0.001
    first, *others = trained.densities
    assert first == pytest.approx(0.08, abs=0.01)
    assert max(others) < 0.005
    assert trained.effective.kept < 20
    lost = [chapter["masked"]("initial", "one threshold", density) for density in (1 / 64, 1 / 128)]
    assert [round(2560 * masks.densities[2]) for masks in lost] == [1, 0]
    assert [masks.empty_layers for masks in lost] == [(), (3,)]
    for weights in ("initial", "trained"):
        lamp = chapter["masked"](weights, "LAMP", 1 / 64)
        assert lamp.densities == pytest.approx([0.03, 0.008, 0.15], rel=0.1)
        assert lamp.effective.kept > 900


def test_one_round_of_synflow_empties_two_layers_and_more_rounds_none(chapter):
    initial, kept = chapter["grown"]()["initial"], tickets.kept_weights(0.01, chapter["SIZE"])
    one = chapter["masked"]("initial", "SynFlow, 1 round", 0.01)
    assert one.empty_layers == (1, 2)
    assert one.densities[2] * 2560 == pytest.approx(845)
    scores = synflow_scores(initial)
    assert [score.size for score in scores] == [16_384, 65_536, 2560]
    sums = [score.sum() for score in scores]
    assert sums == pytest.approx([sums[0]] * 3)
    assert scores[2].mean() / scores[1].mean() == pytest.approx(26, abs=0.5)
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


def test_more_training_closes_most_of_the_gap_at_five_per_cent_and_little_at_two(chapter, hard):
    five = chapter.drawn("error-against-all-steps")
    searched = averaged(chapter.drawn("error-against-all-steps", "searched"), ("gradual", "iterative"))
    errors = [100 - reached(five, "snip", 400), 100 - reached(five, "snip", 6000)]
    errors += [100 - 100 * searched[method]["accuracy"] for method in ("iterative", "gradual")]
    assert errors == pytest.approx([12, 7, 4, 6], abs=0.6)
    assert errors[1] - errors[2] < (errors[0] - errors[2]) / 2
    two, found = finish(chapter["longer"](0.02, ["snip"])), averaged(hard, ("gradual", "iterative"))
    assert 100 * two.test_error[:, -1].mean() == pytest.approx(50, abs=3)
    assert two.test_error[:, -1].mean() == pytest.approx(5 * (1 - found["iterative"]["accuracy"]), rel=0.1)
    assert [chapter["mask_of"]("snip", 0.02, seed).effective.kept / 177 for seed in (0, 1)] == pytest.approx(
        [0.5, 0.5], abs=0.1
    )
    assert 1 - two.test_error[:, -1].mean() < found["gradual"]["accuracy"] - 0.15
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


def lost_of(chapter, density):
    """How many points of accuracy each control costs each method, as the panel shows it at a density."""
    *_, last = chapter["sanity"](density)
    rows = last["rows"]
    (panel,) = (panel for panel in chapter.panels if panel.name == "shuffle-reinitialize-invert")
    assert across(panel, 0, rows) > (0.85 if len(chapter["SIX"]) == 6 else 0)
    errors = {}
    for row in rows:
        errors.setdefault((row["method"], row["control"]), []).append(100 * row["test_error"])
    means = {place: np.mean(found) for place, found in errors.items()}
    return {place: mean - means[place[0], "as found"] for place, mean in means.items()}


@pytest.fixture(scope="module")
def sparse(chapter):
    """What controls cost after the button *sparse*."""
    return lost_of(chapter, 0.04)


def test_every_control_costs_next_to_nothing_at_thirty_per_cent_and_shuffling_much_at_four(chapter, sparse):
    lost = lost_of(chapter, 0.3)
    assert {control for _, control in lost} == set(tickets.CONTROLS)
    assert max(map(abs, lost.values())) < 2
    lost = {method: cost for (method, control), cost in sparse.items() if control == "shuffled"}
    assert max(lost, key=lost.get) == "iterative"
    assert lost["iterative"] == pytest.approx(40, abs=5)
    assert lost.pop("lamp") < 3
    assert min(lost.values()) > 10


def test_the_sparser_the_ticket_the_more_do_other_weights_cost_it(chapter, sparse, monkeypatch):
    """The panel's seeds; of the large networks, test_controls_of_the_table finds three points."""
    assert sparse["iterative", "other weights"] == pytest.approx(7, abs=2)
    monkeypatch.setitem(chapter.names, "SIX", ("iterative",))
    assert lost_of(chapter, 0.02)["iterative", "other weights"] > 40


def test_copies_that_part_at_the_start_have_a_barrier_and_those_that_part_late_have_none(chapter):
    """The means of the panel's two networks are the answer and the premise of the prediction."""
    rows = chapter.drawn("two-copies-and-the-line-between")
    found = {at: 100 * np.mean([row["train_barrier"] for row in rows if row["spawn"] == at]) for at in (0, 100, 300)}
    assert found[0] == pytest.approx(10, abs=5)
    assert found[100] < found[0] / 4
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
    by_norm = {score: [row["accuracy"] for row in chapter["as_pruned"](score)] for score in ("incoming", "outgoing")}
    assert all(abs(100 * found[1] - nodes) < 4 for found in by_norm.values())
    least = [stored["nodes, pruned"][size] / 100 for size in sorted(stored["nodes, pruned"], reverse=True)]
    assert all(a < min(b, c) for a, b, c in list(zip(by_norm["incoming"], by_norm["outgoing"], least, strict=True))[2:])
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
