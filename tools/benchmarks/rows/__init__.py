"""One module for each subject; each has `rows(stack) -> Iterable[Row]`.

What it opens (processes, chains, files) it enters into `stack`.  It raises `RowUnavailableError`
where something it needs cannot be had; the table then says so.
"""
