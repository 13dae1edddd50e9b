"""A class as grading finds one: real exercises and quizzes, and students who solve, fail, forget and write nonsense."""

from __future__ import annotations

import random

from scalinglab.classroom.results import Asked, ClassResults, Part, Score, Student, Submission
from scalinglab.exercises.bank import all_exercises
from scalinglab.exercises.exercise import Exercise
from scalinglab.exercises.quiz_items import items_of

TITLES = {"01_power_laws": "01 Power laws", "05_random_features": "05 Random features"}
QUESTIONS = (
    Asked("01-data", "They misread 9.8 % with 1,200 images. How many percent with 75?", "%", (), 0, 90, truth=30.5),
    Asked("01-width", "How many percent at width 256?", "%", (), 0, 10, truth=2.4),
    Asked("05-overfit", "By what factor does the `test` loss rise?", "times", (), 1, 1000, log=True, truth=21.3),
    Asked("05-digits", "By how many percent is the theory off at most?", "%", (), 0, 100, truth=None),
    Asked("05-width", "Which width needs the fewest weights?", "", ("8", "about 24 to 48", "128"), truth="128"),
    Asked("05-lost", "What did nobody say?", "bits", (), 0, 8, truth=6.1),
)
NAMES = ("Ada Lovelace", "Zoë Ångström", "Sofia Kovalevskaya", "Emmy Noether", "Alan Turing", "Srinivasa Ramanujan")


def exercises_of(chapter: str) -> list[Exercise]:
    return [one for one in all_exercises() if one.key[:2] == chapter]


def class_of(size: int, seed: int = 0) -> ClassResults:
    """So many students, each with one submission of two chapters, unless it is missing or could not be graded."""
    draw = random.Random(seed)
    students = tuple(_student(number) for number in range(size))
    parts = {
        title: tuple(Part(one.key, one.title, float(one.points)) for one in exercises_of(title[:2])) for title in TITLES
    }
    made = [_submission(draw, one, title) for one in students for title in TITLES if draw.random() > 0.06]
    made.sort(key=lambda one: (one.assignment, one.student))
    return ClassResults(TITLES, parts, tuple(made), students, QUESTIONS)


def _student(number: int) -> Student:
    first, last = NAMES[number % len(NAMES)].split()
    last = last if number < len(NAMES) else f"{last} {number // len(NAMES)}"
    return Student(f"s{number:03}", first, last, f"s{number:03}@example.org", str(4000 + number))


def _submission(draw: random.Random, student: Student, assignment: str) -> Submission:
    if draw.random() < 0.05:
        return Submission(student.id, assignment, problem="it ran for more than 5 minutes")
    name = "" if draw.random() < 0.05 else f"{student.first_name} {student.last_name}"
    chapter = assignment[:2]
    scores = tuple(_score(draw, exercise) for exercise in exercises_of(chapter))
    asked = [one for one in QUESTIONS if one.key[:2] == chapter and one.key != "05-lost"]
    said = {one.key: _said(draw, one) for one in asked if draw.random() < 0.93}
    return Submission(student.id, assignment, scores, name, "", said, _chosen(draw, chapter))


def _score(draw: random.Random, exercise: Exercise) -> Score:
    full = float(exercise.points)
    chance = draw.random()
    if chance < 0.6:
        return Score(exercise.key, full, full, message="All 4 cases agree.")
    if chance < 0.72:
        return Score(exercise.key, 0.0, full, attempted=False)
    if chance < 0.8:
        return Score(exercise.key, 0.0, full, message=f"`{exercise.name}(1)` returned {draw.random():.3f}, too large.")
    mistake = exercise.mistakes[min(int(draw.expovariate(1)), len(exercise.mistakes) - 1)]
    return Score(exercise.key, 0.0, full, mistake.name, mistake.message)


def _said(draw: random.Random, question: Asked) -> float | str:
    if question.choices:
        return draw.choice(question.choices)
    if draw.random() < 0.02:
        return "no idea"
    if question.log:
        return float(f"{draw.lognormvariate(2, 1.1) + 1:.2g}")
    middle = question.truth if isinstance(question.truth, float) else 20.0
    return float(f"{abs(draw.gauss(middle * 0.8, middle / 2)):.2g}")


def _chosen(draw: random.Random, chapter: str) -> dict[str, str]:
    items = enumerate(items_of(chapter), start=1)
    return {
        f"{chapter}-quiz-{number}": draw.choices(item.options, [6 if one.right else 2 for one in item.options])[0].text
        for number, item in items
        if draw.random() < 0.9
    }
