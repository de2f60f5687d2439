"""Promises held with real processes and signals: the same commands a person types, in a home of the test's own."""
