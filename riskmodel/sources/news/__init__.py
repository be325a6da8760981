"""Readers of news: tables of articles, feeds, archives, GDELT records."""
