"""Readers of trade tables, one module for each format."""
