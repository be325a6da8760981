"""Sound and broken batches of every contract, the golden suites and the page of rules."""
