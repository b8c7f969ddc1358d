"""Tables made from values: one room per table, one value that becomes CSV and HTML."""
