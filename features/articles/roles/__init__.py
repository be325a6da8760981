"""The role of a country in a sentence: on a way to Russia, or something else."""
