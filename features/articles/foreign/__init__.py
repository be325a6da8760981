"""Articles in Russian and Turkish: their words, names, phrases and reading."""
