"""The role model of articles: its training texts, fit, measures and page."""
