"""The text: real, cut into blocks that never leak, in an order of the seed, with the statistics of English."""

from __future__ import annotations

import hashlib
import math
import sys
from pydoc_data.topics import topics

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalinglab.training.tasks.text import (
    BLOCK,
    HELD_OUT,
    SPLIT,
    alphabet,
    characters,
    positions,
    split,
    text,
    text_fingerprint,
)


def paragraphs():
    """All paragraphs of the help of this Python, in the order of the topics' names."""
    return [part.strip("\n") for _, topic in sorted(topics.items()) for part in topic.split("\n\n")]


WHOLE = characters()


def decoded(codes):
    return "".join(alphabet()[code] for code in codes)


def test_the_text_is_every_paragraph_of_the_help_of_this_python_once():
    wanted = [" ".join(part.split()) for part in paragraphs() if part.strip()]
    found = [" ".join(part.split()) for part in characters().split("\n\n")]
    assert found == list(dict.fromkeys(wanted))
    kept = iter(paragraphs())
    assert all(part in kept for part in characters().split("\n\n"))  # with its own line breaks, in this order


@pytest.mark.parametrize("part", [1, 2])
def test_what_is_held_out_does_not_stand_in_the_training_blocks_word_for_word(part):
    window, blocks = 65, split()
    pieces = [[WHOLE[block * BLOCK :][:BLOCK] for block in blocks[number]] for number in (0, part)]
    seen, held_out = (
        [piece[start : start + window] for piece in side for start in range(len(piece) - window + 1)] for side in pieces
    )
    known = set(seen)
    # 67 % of these windows with the repetitions of the topics; what is left are rules of tables and turns of phrase.
    assert sum(words in known for words in held_out) < 0.03 * len(held_out)


def test_with_the_repetitions_a_third_of_a_test_set_stands_in_the_training_set_word_for_word_and_two_of_this_split():
    window, whole = 65, "\n\n".join(topic.strip("\n") for _, topic in sorted(topics.items()))
    starts = np.array([hash(whole[start : start + window]) for start in range(len(whole) - window + 1)])
    blocks = -(-len(whole) // BLOCK)
    held_out = round(HELD_OUT * blocks)

    def shared(seed):
        order = np.random.default_rng(seed).permutation(blocks)
        known, asked = (
            np.concatenate([starts[block * BLOCK : (block + 1) * BLOCK - window + 1] for block in part])
            for part in (order[2 * held_out :], order[held_out : 2 * held_out])
        )
        return np.isin(asked, known).mean()

    # By the split: 0.10 to 0.56 of ten, 0.37 on average; 0.67 of that which the task has, with Python 3.11.
    assert 0.25 < np.mean([shared(seed) for seed in range(4)]) < 0.5
    assert shared(SPLIT) > 0.5


def test_the_alphabet_and_the_fingerprint_are_those_of_the_text():
    assert alphabet() == "".join(sorted(set(WHOLE)))
    assert text_fingerprint() == hashlib.sha256(WHOLE.encode("utf-8")).hexdigest()[:12]


def test_the_classes_and_the_vocabulary_are_the_characters_that_occur():
    task = text(100)
    assert task.classes == task.vocabulary == task.outputs == len(set(WHOLE))
    assert (task.inputs, task.loss) == (8, "cross_entropy")
    assert task.chance_loss == math.log(len(set(WHOLE)))


def test_every_block_is_in_one_of_the_three_parts_and_91_percent_are_for_training():
    train, validation, test = (set(part.tolist()) for part in split())
    assert train | validation | test == set(range(math.ceil(len(WHOLE) / BLOCK)))
    blocks = len(train) + len(validation) + len(test)
    assert blocks == math.ceil(len(WHOLE) / BLOCK)
    # Each held-out set is 4.5 % of the blocks, to the nearest block: half a block off at most, twice.
    assert abs(len(train) / blocks - 0.91) <= 1 / blocks
    assert len(validation) == len(test)


@pytest.mark.parametrize("context", [1, 8, 33])
def test_every_block_gives_all_but_its_first_characters_as_labels_once(context):
    train = split()[0]
    short = len(WHOLE) % BLOCK
    last = math.ceil(len(WHOLE) / BLOCK) - 1
    full = len(train) - (short > 0 and last in train)
    ending = max(short - context, 0) if last in train else 0
    assert text(context=context).samples == full * (BLOCK - context) + ending
    places = positions(train, context)
    assert len(set(places.tolist())) == len(places)


def test_no_character_that_is_held_out_is_seen_in_training_nor_the_other_way_round():
    def seen(blocks):
        places = positions(blocks, 8)
        return set((places[:, None] + np.arange(-8, 1)).ravel().tolist())

    train, validation, test = (seen(blocks) for blocks in split())
    assert not train & validation
    assert not train & test
    assert not validation & test
    # And together they leave nothing out: every character of the text is seen in one of the parts.
    assert train | validation | test == set(range(len(WHOLE)))


@pytest.mark.parametrize("context", [1, 8])
def test_examples_are_the_characters_at_these_positions(context):
    task = text(context=context, seed=2)
    order = np.random.default_rng(np.random.SeedSequence((2,))).permutation(split()[0])
    held_out = [positions(blocks, context) for blocks in split()[1:]]
    spread = [places[[number * len(places) // 8192 for number in range(8192)]] for places in held_out]
    sets = [
        (positions(order, context), task.train_inputs, task.train_labels),
        (spread[0], task.validation_inputs, task.validation_labels),
        (spread[1], task.test_inputs, task.test_labels),
    ]
    for places, inputs, labels in sets:
        assert len(places) == len(inputs) == len(labels)
        assert decoded(labels) == "".join(WHOLE[place] for place in places)
        for number in range(0, len(places), 997):
            assert decoded(inputs[number]) == WHOLE[places[number] - context : places[number]]


def test_contexts_follow_each_other_within_a_block():
    task = text(BLOCK - 8, seed=1)
    np.testing.assert_array_equal(task.train_inputs[1:, :-1], task.train_inputs[:-1, 1:])
    np.testing.assert_array_equal(task.train_inputs[1:, -1], task.train_labels[:-1])
    assert decoded(task.train_inputs[0]) + decoded(task.train_labels) in WHOLE


@pytest.mark.parametrize("seed", [0, 1])
def test_smaller_data_sets_are_the_first_part_of_larger_ones(seed):
    whole = text(seed=seed)
    for samples in (1, 1992, 1993, 50_000):
        part = text(samples, seed=seed)
        np.testing.assert_array_equal(part.train_inputs, whole.train_inputs[:samples])
        np.testing.assert_array_equal(part.train_labels, whole.train_labels[:samples])


def test_the_held_out_sets_are_the_same_for_all_seeds_and_sizes():
    one, two = text(100), text(3000, seed=9)
    assert not np.array_equal(one.train_inputs, two.train_inputs[:100])
    for part in ("test_inputs", "test_labels", "validation_inputs", "validation_labels"):
        np.testing.assert_array_equal(getattr(one, part), getattr(two, part))
    assert len(one.test_labels) == len(one.validation_labels) == 8192


def test_a_context_of_two_characters_says_more_than_one_and_one_more_than_none():
    task = text(context=2)
    pairs = np.zeros((task.classes, task.classes))
    np.add.at(pairs, (task.train_inputs[:, -1], task.train_labels), 1)

    def entropy(counts):
        shares = counts[counts > 0] / counts.sum()
        return -(shares * np.log2(shares)).sum()

    # In bits: H(next | last) = H(last, next) - H(last). English in a 27-letter alphabet has 4.1 and about 3.3
    # (Shannon 1951); capitals, digits, marks and indents are common in these texts and add to the first.
    single = entropy(pairs.sum(axis=0))
    conditional = entropy(pairs.ravel()) - entropy(pairs.sum(axis=1))
    triples = task.train_inputs[:, 0] * task.classes + task.train_inputs[:, 1]
    both = entropy(np.unique(triples * task.classes + task.train_labels, return_counts=True)[1])
    third = both - entropy(np.unique(triples, return_counts=True)[1])
    assert 4.1 < single < 5.2
    assert 3.0 < conditional < 3.9
    assert 1.8 < third < conditional - 0.5
    # The characters of the test set have the frequencies of training: what a unigram model gains there, too.
    shares = (pairs.sum(axis=0) + 1) / (pairs.sum() + task.classes)
    assert abs(-np.log2(shares[task.test_labels]).mean() - single) < 0.3


def test_codes_are_whole_numbers_and_the_recipe_is_complete():
    task = text(50, test_samples=20)
    assert task.train_inputs.dtype == task.test_inputs.dtype == task.train_labels.dtype == np.int64
    assert dict(task.recipe) == {
        "name": "text",
        "samples": 50,
        "context": 8,
        "test_samples": 20,
        "seed": 0,
        "fingerprint": text_fingerprint(),
    }
    assert text(text().samples) is text()


def test_a_python_without_its_help_texts_is_a_sentence(monkeypatch):
    monkeypatch.setitem(sys.modules, "pydoc_data.topics", None)
    with pytest.raises(ImportError, match=r"^the task text needs pydoc_data.topics, which this Python comes without$"):
        characters.__wrapped__()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"samples": 0}, "samples must be positive, got 0"),
        ({"samples": 10**9}, f"samples must not exceed the {text().samples} positions of the training blocks, got "),
        ({"context": 65}, "context must not exceed 64, got 65"),
        ({"context": 0}, "context must be positive, got 0"),
        ({"test_samples": 10**6}, "test_samples must not exceed the "),
        ({"seed": 0.5}, "seed must be a whole number, got 0.5"),
    ],
)
def test_text_names_what_is_wrong(arguments, sentence):
    with pytest.raises(ValueError, match=" must ") as caught:
        text(**arguments)
    assert str(caught.value).startswith(sentence)


JUNK = st.one_of(
    st.text(),
    st.floats(),
    st.booleans(),
    st.integers(max_value=-1),
    st.sampled_from([math.nan, [], {}, [None], np.ones(2), b"8", {1, 2}, object]),
)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(["samples", "context", "test_samples", "seed"]), JUNK)
def test_junk_in_any_argument_is_refused_in_a_short_sentence(name, value):
    with pytest.raises(ValueError, match=f"^{name} must ") as caught:
        text(**{name: value})
    assert len(str(caught.value)) < 200
