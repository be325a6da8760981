"""Sentences that the role model is trained on, as data."""
