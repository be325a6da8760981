"""Role reading of many sentences at once, in columns.

Three floors: `vocabulary` and `tables`; over them `tokens`, `views`, `features` and `reasons`, which do not
know each other; over these `verdicts`.
"""
