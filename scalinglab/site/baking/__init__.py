"""Panels without Python: their frames computed beforehand at a few stops of each control, and packed into a file."""
