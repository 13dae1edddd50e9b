"""Paths through convolutions, attention and other modules: enumerated one by one, and found by what changes outputs."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch
from torch import nn

from scalinglab.pruning import Masks, Network
from scalinglab.pruning.scores import snip_scores, synflow_scores
from scalinglab.training import build_network, digits, weight_names
from tests.pruning.modules import Attention, Codes, Gated, Heads, Pooled, Residual, without_constants

KERNELS, CHANNELS, INPUTS = (3, 3), (1, 2, 2), 5


def tiny():
    """Two strided convolutions of two channels over five numbers, and a layer of two outputs."""
    first, second = nn.Conv1d(1, 2, 3, stride=2, padding=1), nn.Conv1d(2, 2, 3, stride=2, padding=1)
    return nn.Sequential(nn.Unflatten(1, (1, 5)), first, nn.ReLU(), second, nn.ReLU(), nn.Flatten(), nn.Linear(4, 2))


def steps(layer, position):
    """Of a strided convolution: the taps that reach a position, each with the position that it reads."""
    lengths = (5, 3, 2)
    reads = ((tap, 2 * position + tap - 1) for tap in range(3))
    return [(tap, read) for tap, read in reads if 0 <= read < lengths[layer]]


def paths():
    """All paths from an input to an output, each with the weights that it leads through."""
    for output, channel, other, position in itertools.product(range(2), range(2), range(2), range(2)):
        for tap, middle in steps(1, position):
            for first_tap, _ in steps(0, middle):
                yield (0, (other, 0, first_tap)), (1, (channel, other, tap)), (2, (output, 2 * channel + position))


@pytest.mark.parametrize("density", [0.25, 0.5, 0.8])
def test_weights_of_a_convolution_are_on_a_path_if_they_are_on_one_at_any_position(density):
    network, every = Network(tiny(), np.ones((1, INPUTS))), list(paths())
    shapes, generator, found = network.wiring.shapes, np.random.default_rng(0), set()
    for _ in range(20):
        masks = Masks((generator.random(shape) < density for shape in shapes), network)
        wanted = [np.zeros(shape, dtype=bool) for shape in shapes]
        for path in every:
            if all(masks[layer][place] for layer, place in path):
                for layer, place in path:
                    wanted[layer][place] = True
        assert masks.effective == Masks(wanted, network)
        assert masks.effective_density == sum(map(np.count_nonzero, wanted)) / masks.size
        found.add(masks.effective.kept)
    assert len(found) > 3


def test_a_kernels_edge_that_only_zeros_come_to_is_on_no_path():
    # One position, read by the middle of the kernel alone: both other taps see the zeros around it.
    module = nn.Sequential(nn.Unflatten(1, (1, 1)), nn.Conv1d(1, 1, 3, padding=1), nn.Flatten(), nn.Linear(1, 1))
    masks = Masks([np.ones((1, 1, 3)), np.ones((1, 1))], Network(module, np.ones((1, 1))))
    assert masks.effective[0].tolist() == [[[False, True, False]]]


def inputs_of(module, generator, examples=6):
    """Inputs of several sizes and signs."""
    if isinstance(module, Codes):
        return generator.integers(0, 5, (examples, 4))
    widths = {Attention: 6, Residual: 6, Pooled: 36, Heads: 12, Gated: 4}
    return generator.standard_normal((examples, widths.get(type(module), INPUTS))) * 2


def changed(module, masks, inputs):
    """Which of the kept weights change how outputs depend on inputs, when each is removed."""
    named, names, rows = dict(module.named_parameters()), weight_names(module), torch.tensor(inputs)
    with torch.no_grad():
        for name, mask in zip(names, masks, strict=True):
            named[name].mul_(torch.tensor(mask))
        outputs, found = module(rows), []
        for name, mask in zip(names, masks, strict=True):
            found.append(np.zeros_like(mask))
            for place in np.argwhere(mask):
                kept = named[name][tuple(place)].clone()
                named[name][tuple(place)] = 0
                found[-1][tuple(place)] = not torch.allclose(module(rows), outputs, rtol=1e-9, atol=1e-13)
                named[name][tuple(place)] = kept
    return found


def without_norm():
    module = Residual()
    module.add_module("norm", nn.Identity())
    return module


#: What is on a path changes the outputs, and nothing else does.
EXACT = {
    "convolution": lambda: nn.Sequential(*[nn.Tanh() if isinstance(part, nn.ReLU) else part for part in tiny()]),
    "attention": Attention,
    "causal": lambda: Attention(causal=True),
    "codes": Codes,
    "heads": Heads,
    "gated": Gated,
}
#: A unit of ReLU, or a maximum, may be one that never counts with these weights.
LOOSE = {"residual": without_norm, "pooled": Pooled}


@pytest.mark.parametrize("name", [*EXACT, *LOOSE])
def test_weights_off_all_paths_change_nothing_and_those_on_a_path_do(name):
    kept = total = changing = 0
    for seed, density in itertools.product(range(4), (0.35, 0.6)):
        generator = np.random.default_rng(seed)
        module = without_constants((EXACT | LOOSE)[name](), seed)
        inputs = inputs_of(module, generator)
        network = Network(module, inputs)
        masks = Masks((generator.random(shape) < density for shape in network.wiring.shapes), network)
        on_path, moving = masks.effective, Masks(changed(module, masks, inputs), network)
        assert moving.within(on_path), name
        kept, total, changing = kept + masks.kept, total + on_path.kept, changing + moving.kept
        assert name in LOOSE or moving == on_path
    assert kept > total >= changing > 0.8 * total


def test_values_do_without_queries_and_queries_need_keys_and_values():
    network = Network(Attention(), np.ones((1, 6)))

    def on_path(**gone):
        layers = [np.ones(shape) for shape in network.wiring.shapes]
        for part in gone.values():
            layers[1][3 * part : 3 * part + 3] = 0
        found = Masks(layers, network).effective[1].reshape(3, 9)
        return found.any(axis=1).tolist()

    assert on_path() == [True, True, True]
    assert on_path(query=0) == on_path(key=1) == [False, False, True]
    assert on_path(value=2) == [False, False, False]


def test_an_operation_that_is_not_known_lets_all_through():
    class Fourier(nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.last = nn.Linear(4, 4), nn.Linear(4, 2)

        def forward(self, inputs):
            return self.last(torch.fft.fft(self.first(inputs)).abs())

    network = Network(Fourier(), np.ones((1, 4)))
    first = np.zeros((4, 4))
    first[0, 0] = 1
    assert Masks([first, np.ones((2, 4))], network).effective.counts == (1, 8)
    with pytest.raises(ValueError, match="network must be made of layers, activations and norms that PyTorch brings"):
        synflow_scores(network)


@pytest.mark.parametrize("name", ["convolution", "attention"])
def test_all_weights_of_the_networks_of_the_package_are_on_a_path(name):
    task = digits(50)
    network = Network(build_network(task, network=name, width=4), task.train_inputs)
    full = Masks.full(network.wiring.shapes, network)
    assert full.effective == full
    assert full.warning == ""
    empty = Masks([full[0], *(np.zeros(shape) for shape in full.shapes[1:])], network)
    assert empty.effective.kept == 0
    assert "keep no weight: the outputs are constants." in empty.warning


@pytest.mark.parametrize(
    "pool", [nn.MaxPool1d(2), nn.AdaptiveMaxPool1d(1), nn.MaxPool1d(2, dilation=1, ceil_mode=True)]
)
def test_any_place_of_a_window_may_be_its_maximum(pool):
    module = nn.Sequential(nn.Linear(3, 2), nn.Unflatten(1, (1, 2)), pool, nn.Flatten(), nn.Linear(1, 1))
    network = Network(module, np.ones((1, 3)))
    assert Masks([[[1, 1, 1], [0, 1, 0]], [[1]]], network).effective.counts == (4, 1)
    assert Masks([[[1, 1, 1], [0, 1, 0]], [[0]]], network).effective.counts == (0, 0)


def test_a_module_may_keep_what_it_makes_on_its_way():
    class Keeping(nn.Linear):
        kept = None

        def forward(self, inputs):
            if self.kept is None:
                self.kept = torch.arange(inputs.shape[1], 0, -1).to(inputs)
            return super().forward(inputs * self.kept)

    network, inputs = Network(Keeping(3, 2), np.ones((1, 3))), np.ones((4, 3))
    assert Masks.full(network.wiring.shapes, network).effective.kept == 6
    other = Network(Keeping(3, 2), np.ones((1, 3)), arrays=network.arrays)
    wanted = snip_scores(other, inputs, [0, 1, 0, 0])
    np.testing.assert_array_equal(snip_scores(network, inputs, [0, 1, 0, 0]), wanted)
    assert Masks.full(other.wiring.shapes, other).effective.kept == 6


def test_a_layer_without_weights_cuts_a_network_in_two_only_if_no_way_leads_around():
    network = Network(Residual(), np.ones((1, 6)))
    full = Masks.full(network.wiring.shapes, network)
    around = Masks([full[0], np.zeros((4, 4)), full[2]], network)
    assert around.empty_layers == (2,)
    assert around.warning == ""
    cut = Masks([np.zeros((4, 6)), *full[1:]], network)
    assert cut.warning == "Layer 1 keeps no weight: the outputs are constants."


def test_deep_networks_do_not_leave_the_range_of_numbers():
    # 16^280 paths are more than there are numbers in double precision.
    generator = np.random.default_rng(0)
    module = nn.Sequential(*[nn.Linear(32, 32, bias=False) for _ in range(280)])
    layers = [generator.random((32, 32)) < 0.5 for _ in range(280)]
    layers[140][:16] = False
    masks = Masks(layers, Network(module, np.ones((1, 32))))
    assert masks.effective == Masks(layers).effective
    assert masks.kept - 600 < masks.effective.kept < masks.kept
