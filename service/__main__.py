"""`python -m service`: the same as `loa`."""

import signal

# Loading takes half a second and leaves nothing to clear away: a Ctrl-C in it just ends us, without a traceback.
signal.signal(signal.SIGINT, signal.SIG_DFL)

from service.cli import main  # noqa: E402

signal.signal(signal.SIGINT, signal.default_int_handler)
main()
