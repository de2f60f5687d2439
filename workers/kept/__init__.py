"""What a worker keeps while it lives, for all its jobs and rounds: tools, keys, contents, windows, the database's absence."""
