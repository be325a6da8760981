"""Checking a batch against its contract."""
