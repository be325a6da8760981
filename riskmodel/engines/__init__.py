"""Engines: the parts of a job in this process, in several, or on many machines, with the same result."""
