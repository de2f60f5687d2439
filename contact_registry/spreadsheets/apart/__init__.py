"""What is done to a file in a process of its own (`program`): pure code, bounded, and nothing in it to find."""
