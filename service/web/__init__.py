"""What people see: server-rendered pages that work without JavaScript. Now: the parents' look-up page at `/`."""
