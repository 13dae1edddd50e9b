#!/usr/bin/env bash
# Guess: `np.argsort` is unstable by default, but not for a handful of numbers. Short arrays are sorted by insertion, which
# keeps equal ones in order, and a program gives the same answer on every machine.
#
# Seen (numpy 2.4.6, Python 3.11, Linux, x86): with the vector instructions of AVX2 or AVX-512, five doubles are sorted by a
# network of comparisons, and of the equal 2s the second may come first. Without these instructions the same call keeps the
# order. So a solution that leaves ties to `argsort` is right on one machine and wrong on another; `kind="stable"` is right on both.
#
# Fails if the order no longer depends on the instructions. Says so, and shows nothing, where the processor lacks AVX2.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet numpy==2.4.6
python=$folder/venv/bin/python

if ! "$python" -c 'from numpy._core._multiarray_umath import __cpu_features__ as has; assert has.get("X86_V3")' 2>/dev/null
then
    echo "this processor lacks AVX2"
    exit 0
fi
order='import numpy as np; print(np.argsort(-np.array([4.0, 2.0, -2.0, 2.0, 4.0])).tolist())'
with=$("$python" -c "$order")
without=$(NPY_DISABLE_CPU_FEATURES="X86_V3 X86_V4 AVX512_ICL AVX512_SPR" "$python" -W ignore -c "$order")
echo "with vector instructions: $with; without: $without"
[ "$without" = "[0, 4, 1, 3, 2]" ] && [ "$with" != "$without" ]
