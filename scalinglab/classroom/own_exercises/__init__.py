"""An instructor's own exercises: from a few short files in the folder of a class into an assignment.

- ``template``: the files of a small exercise that works, which ``new`` copies
- ``written``: reads these files; whatever is wrong with them is one sentence
- ``drawing``: draws sets of cases that tell the answers of its functions apart
- ``proofs``: checks that the check says what it should of every answer
- ``making``: what the command does: ``new_exercise``, ``try_exercise``, ``add_exercise``

What students get is read by ``scalinglab.exercises.own_exercises``.
"""
