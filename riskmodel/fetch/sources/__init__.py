"""One module for each source: what to ask, and what a right answer looks like."""
