"""What was fetched, exactly as received, and when: objects, ledger, vintages, views."""
