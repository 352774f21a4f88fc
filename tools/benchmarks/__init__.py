"""Speed as ratios measured in one run; see `method`.

A row of the table is a `Row`, made by a function `rows` of a module in `rows/`: one file each,
found by itself.  Nothing else has to be changed for a new one.
"""
