"""Our own mentions: one row for each sentence and country."""
