"""What an instructor takes from a graded class: a page, and tables for an LMS.

- ``written_files``: writes them, and a page for each student whose submission could not be graded
- ``page``: how the class did, with ``dot_plot``; ``html_templates`` fills in the files of ``templates``
- ``needs_instructor``, ``mistakes_and_predictions``: what the page tells, found and counted
- ``lms_tables``: what Canvas and Moodle import
- ``names_and_points``: how text from outside is shown
"""
