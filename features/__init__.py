"""Inputs to signals: pure functions over canonical tables."""
