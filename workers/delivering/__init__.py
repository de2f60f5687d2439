"""The job that sends a chunk: claimed, prepared, handed over in rounds, given back."""
