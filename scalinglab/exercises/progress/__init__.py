"""Where a student stands in the course: a row for each chapter, from the journal alone.

- ``chapters``: what a chapter asks for; ``chapters.toml`` is written by ``python -m tests.course_counts``
- ``standing``: what of it a journal holds, as rows for a page
- ``course_map``: the widget
"""
