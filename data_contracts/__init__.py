"""What each input must look like; imports nothing else of this project.

`data_contracts.registry.CONTRACTS` has the contracts by kind of table, and
`data_contracts.checking.check.validate` checks a table against one of them.
"""
