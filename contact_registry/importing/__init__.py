"""School lists: read (pure), stored sealed, applied."""
