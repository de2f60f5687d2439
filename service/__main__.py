"""`python -m service`: the same as `loa`."""

from service.cli import main

main()
