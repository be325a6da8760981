"""Goods lists: which products are watched, with what weight and from when."""
