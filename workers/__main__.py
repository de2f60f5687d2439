"""`python -m workers urgent|bulk`."""

from workers.main import main

main()
