"""The mention job: articles of any number to a sorted table of mentions."""
