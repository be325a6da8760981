"""Article signals: mentions, roles, stories, rates."""
