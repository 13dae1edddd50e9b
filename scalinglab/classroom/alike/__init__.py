"""Answers of a class that are the same but for names and layout: a question to the instructor, never a verdict.

- ``normal_form``: an answer without all that a person who copies changes first
- ``answers``: which cells of a notebook are whose answer to what
- ``groups``: who shares a form that is too long, and too rare in the class, to be a coincidence
"""
