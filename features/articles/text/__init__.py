"""Article text: its language, its sentences."""
