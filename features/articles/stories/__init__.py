"""Articles that report the same thing, and who owns their sources."""
