"""Charts as inline SVG: numbers in, safe markup out; colours come from the one style sheet."""
