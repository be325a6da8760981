"""Countries in text."""
