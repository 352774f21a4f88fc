"""Row classes, grouped by subject: what the chain remembers."""
