"""Codes that canonical tables may carry: countries and HS products."""
