"""The scores this project publishes, by country and by product."""
