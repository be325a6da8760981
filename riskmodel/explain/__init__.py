"""Why a score is what it is: drivers, grade, bands, evidence and drift."""
