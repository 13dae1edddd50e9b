"""What makes a chart a lesson: the tasks of a panel, and what waits for a prediction."""
