"""The documentation: pages made from code, examples that are run, the site, pictures of the report."""
