"""The folder of models: each stored whole, checked on loading, one of them champion."""
