"""`python -m smtchain.cli` is the `smtchain` command."""

from smtchain.cli import main

main()
