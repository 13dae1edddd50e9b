#!/usr/bin/env bash
# Guess: torch.utils.flop_counter.FlopCounterMode counts scaled_dot_product_attention on every device, as its table has
# formulas for attention; and torch.func.vmap has a rule for it, as for all common operations.
#
# Seen (torch 2.13.0, CPU, Linux x86_64): where PyTorch chooses its fused attention for processors, the counter adds
# nothing at all for it, without a word, and vmap falls back to a loop over the networks of a stack, with a warning. Both
# know the attention that is made of products of matrices (flash attention switched off): there the counter finds the
# two products, and vmap batches them. nn.MultiheadAttention calls the fused kind, too, so it is counted too low by as much.
#
# Fails if the counter counts the fused kind, or if vmap has a rule for it. (PIP_INDEX_URL=https://download.pytorch.org/whl/cpu
# fetches the smaller build for processors.)
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 numpy

"$folder/venv/bin/python" - <<'END'
import warnings

import torch
from torch.utils.flop_counter import FlopCounterMode

attention = torch.nn.functional.scaled_dot_product_attention
networks, examples, pieces, width = 3, 4, 10, 16
query = torch.randn(networks, examples, 1, pieces, width)
exact = 2 * 2 * networks * examples * pieces * pieces * width  # queries with keys, shares with values; each 2 a product


def seen(fused):
    torch.backends.cuda.enable_flash_sdp(fused)  # the switch of processors, too
    with FlopCounterMode(display=False) as counter:
        attention(*[query.flatten(0, 1)] * 3)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        torch.func.vmap(lambda one: attention(one, one, one))(query)
    return counter.get_total_flops(), any("batching rule" in str(each.message) for each in said)


for fused in (True, False):
    count, fell_back = seen(fused)
    print(f"fused {fused}: {count} operations counted of {exact}, vmap falls back: {fell_back}")
    assert (count, fell_back) == ((0, True) if fused else (exact, False))
END
