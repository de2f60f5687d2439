"""What every call passes: connections, limits, who asks, problems, cursors, idempotency, the unit a call is about."""
