"""Mentions of countries in GDELT knowledge-graph records."""
