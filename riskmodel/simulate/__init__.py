"""A simulated world with planted diversion, decoys and a truth table."""
