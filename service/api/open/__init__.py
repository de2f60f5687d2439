"""Calls for those without an account: parents, verifiers, carriers and whoever watches the system."""
