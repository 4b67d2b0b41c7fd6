"""From rows to the diary: staged, matched with what is there, locked, counted, applied.

The file as such is `read`'s. The doors are `staging.stage`, `matching.match_rows` and
`applying.apply_result`.
"""
