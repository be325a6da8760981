"""Export-diversion risk: readers, model, report and the command line."""
