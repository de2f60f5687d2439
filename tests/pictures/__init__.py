"""The README's picture, taken from the running system: `.venv/bin/python -m tests.pictures`."""
