"""Generators and trainers of what is committed: run from the checkout, not shipped."""
