"""Judging scores: protocol, measures, baselines, alarms, card and page."""
