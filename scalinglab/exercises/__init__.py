"""Exercises: predictions that are sealed before the answer shows, and checks that name the mistake.

For notebooks:

- ``predict``: a question, a sealed guess, then the answer; it is a ``Prediction`` (``question``, ``predictions``)
- ``quiz``: the questions at the end of a chapter, explained choice by choice (``quizzes``, ``quiz_items``)
- ``check``: check an answer (``checking``, ``check_result``)
- ``hint``: show the next of three hints (``hints``)
- ``course_map``: where a student stands, chapter by chapter; it is a ``CourseMap`` (``progress``)
- ``student_seed``: the seed that makes a student's numbers (``seeds``)

For authors and graders:

- ``Exercise``, ``Mistake``, ``all_exercises``: what an exercise is, and the bank of them (``exercise``, ``bank``)
- ``own_exercises``: an instructor's own, read from a file beside the notebook
- ``grade``: a check that writes nothing (``checking``)
- ``build_solved``: the solved notebook, from a chapter and its solutions (``building``)
- ``read_class``: the sealed predictions of a class, from a folder of journals (``class_journals``)
- ``Journal``: the student's file, ``predictions.json`` (``journal``, written safely by ``scalinglab._files``)

Importing this package appoints ``keeper``, which opens the panels and tables of ``scalinglab.live`` that wait for a
prediction.

Inside: ``running`` calls a student's function safely, ``answers`` compares, ``reveals`` works out what a prediction
shows, ``wording`` writes numbers and sentences.
"""

from scalinglab._gates import appoint
from scalinglab.exercises.bank import all_exercises
from scalinglab.exercises.building import build_solved
from scalinglab.exercises.check_result import CheckResult
from scalinglab.exercises.checking import check, grade
from scalinglab.exercises.class_journals import read_class
from scalinglab.exercises.exercise import Exercise, Mistake
from scalinglab.exercises.hints import Hints, hint
from scalinglab.exercises.journal import Journal, JournalError
from scalinglab.exercises.keeper import JournalKeeper
from scalinglab.exercises.predictions import Prediction, predict
from scalinglab.exercises.progress.course_map import CourseMap, course_map
from scalinglab.exercises.quizzes import Quiz, quiz
from scalinglab.exercises.seeds import student_seed

appoint(JournalKeeper())

__all__ = [
    "CheckResult",
    "CourseMap",
    "Exercise",
    "Hints",
    "Journal",
    "JournalError",
    "Mistake",
    "Prediction",
    "Quiz",
    "all_exercises",
    "build_solved",
    "check",
    "course_map",
    "grade",
    "hint",
    "predict",
    "quiz",
    "read_class",
    "student_seed",
]
