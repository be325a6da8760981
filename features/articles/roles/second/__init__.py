"""The second reader: a small transformer that sees a sentence with what was said before it."""
