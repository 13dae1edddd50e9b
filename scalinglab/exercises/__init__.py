"""Exercises: predictions that are sealed before the answer shows, and checks that name the mistake.

For notebooks:

- ``predict``: a question, a sealed guess, then the answer; it is a ``Prediction`` (``question``, ``predictions``)
- ``check``, ``given``: check an answer; get the numbers to start from (``checking``)
- ``hint``: show the next of three hints (``hints``)
- ``student_seed``: the seed that makes a student's numbers (``seeds``)

For authors and graders:

- ``Exercise``, ``Mistake``, ``all_exercises``: what an exercise is, and the bank of them (``exercise``, ``bank``)
- ``grade``: a check that writes nothing (``checking``)
- ``Journal``: the student's file, ``predictions.json`` (``journal``, written safely by ``scalinglab._files``)

Inside: ``running`` calls a student's function safely, ``answers`` compares, ``wording`` writes numbers and sentences.
"""

from scalinglab.exercises.bank import all_exercises
from scalinglab.exercises.checking import CheckResult, check, given, grade
from scalinglab.exercises.exercise import Exercise, Mistake
from scalinglab.exercises.hints import Hints, hint
from scalinglab.exercises.journal import Journal, JournalError
from scalinglab.exercises.predictions import Prediction, predict
from scalinglab.exercises.seeds import student_seed

__all__ = [
    "CheckResult",
    "Exercise",
    "Hints",
    "Journal",
    "JournalError",
    "Mistake",
    "Prediction",
    "all_exercises",
    "check",
    "given",
    "grade",
    "hint",
    "predict",
    "student_seed",
]
