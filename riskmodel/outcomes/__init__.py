"""What scores are judged by: events after a date, and labelled rows with them."""
