"""Role reading of many sentences at once, in columns."""
