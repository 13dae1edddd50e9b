#!/usr/bin/env bash
# Guess: torch.autograd.grad is compiled code, so that the form of its arguments makes no difference to what a process
# loads; and a layer on the device "meta", which has no numbers, is drawn at no cost, whatever kind of layer it is.
#
# Seen (torch 2.13.0, CPU, Linux x86_64, Python 3.11): the gradient of one number loads nothing. The gradient of several
# numbers with weights for them (grad_outputs) imports all of sympy, some 35 MB. nn.Linear on "meta" loads nothing, and
# nn.Embedding on "meta" imports the compiler (torch._dynamo), which takes most of a second and some 40 MB beside sympy,
# 75 MB with it. A notebook's kernel that never compiles anything pays for both.
#
# Fails if either import goes away, or if the plain forms import as much.
# (PIP_INDEX_URL=https://download.pytorch.org/whl/cpu fetches the smaller build for processors.)
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 numpy

"$folder/venv/bin/python" - <<'END'
import re
import sys
import time

import torch


def resident():
    with open("/proc/self/status") as status:
        return int(re.search(r"VmRSS:\s+(\d+)", status.read())[1]) * 1024 / 1e6


def loads(module, act):
    memory, start = resident(), time.perf_counter()
    act()
    seconds, more = time.perf_counter() - start, resident() - memory
    print(f"{act.__name__}: {module} loaded {module in sys.modules}, {more:.0f} MB and {seconds:.2f} s more")
    return module in sys.modules


inputs = torch.ones(3, requires_grad=True)


def gradient_of_one_number():
    torch.autograd.grad((2 * inputs).sum(), inputs)


def gradient_with_weights():
    torch.autograd.grad(2 * inputs, inputs, torch.ones(3))


def linear_on_meta():
    torch.nn.Linear(3, 3, device="meta")


def embedding_on_meta():
    torch.nn.Embedding(3, 3, device="meta")


assert not loads("sympy", gradient_of_one_number)
assert loads("sympy", gradient_with_weights)
assert not loads("torch._dynamo", linear_on_meta)
assert loads("torch._dynamo", embedding_on_meta)
END
