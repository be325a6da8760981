"""Checking a batch that memory does not hold, part by part."""
