#!/usr/bin/env bash
# Guess: what a validator of a trait refuses does not become its value, whatever the validator raises, and whether one
# value is set or several at a time.
#
# Seen (traitlets 5.16.1, Python 3.11, Linux): inside `hold_trait_notifications` only a TraitError takes the value back.
# After a ValueError, which a validator raises just as well everywhere else, the trait keeps the value that was refused,
# and those who observe it are told of it. ipywidgets sets all that a browser sends inside such a block, so there a
# widget comes to hold what the same validator refuses in Python. (It helps to refuse in the `validate` of a trait's
# type, which is asked before anything is set.)
#
# Fails once a ValueError takes the value back, too.
set -euo pipefail

folder=$(mktemp -d)
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet traitlets==5.16.1

"$folder/venv/bin/python" - <<'PYTHON'
import traitlets


class Picky(traitlets.HasTraits):
    number = traitlets.Int(0)
    error = traitlets.TraitError

    @traitlets.validate("number")
    def _small(self, proposal):
        if proposal["value"] > 9:
            raise self.error("too large")
        return proposal["value"]


class Pickier(Picky):
    error = ValueError


def after(kind, held):
    """The value of a widget that was given 99, and what those who observe it were told."""
    picky, told = kind(), []
    picky.observe(lambda change: told.append(change.new), "number")
    try:
        if held:
            with picky.hold_trait_notifications():
                picky.number = 99
        else:
            picky.number = 99
    except kind.error:
        return picky.number, told
    raise AssertionError("99 was not refused")


for kind in (Picky, Pickier):
    for held in (False, True):
        print(kind.error.__name__, "in a block" if held else "by itself", after(kind, held))
assert after(Picky, False) == after(Picky, True) == after(Pickier, False) == (0, [])
assert after(Pickier, True) == (99, [99])
PYTHON
