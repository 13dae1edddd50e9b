"""The browser's half of a panel: its widget, the frames and the status that it is sent, and what others see of it."""
