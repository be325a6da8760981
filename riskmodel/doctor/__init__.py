"""Checks of an installation, a model, data files and the place of the runs."""
