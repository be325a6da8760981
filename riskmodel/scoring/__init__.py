"""The batch scoring job: request, tables, manifest and the run folder it leaves."""
