"""How often a process looks for garbage."""

import gc


def collect_rarely() -> None:
    """Tells the garbage collector to look at what stands now never again, and at the rest only every 100,000 new objects. For a
    process that serves.

    A list of 20,000 pupils is 300,000 small objects that all stay: going through them again and again took a third of its time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)
