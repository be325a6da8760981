"""The signals panel this project computes: one row per country and day of scoring."""
