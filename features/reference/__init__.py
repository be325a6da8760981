"""Dated facts as CSV files, and the functions that read them.

Every file has a `source` column; dated facts carry `valid_from` and `valid_to` (empty: open).
"""
