"""One machine, no installation: real PostgreSQL and Valkey from wheels, every process started, watched and stopped here.

`make run` is this room's promise (README): what it starts it stops, what dies it starts again, and a run that was killed
leaves nothing behind that the next one could not clear away.
"""
