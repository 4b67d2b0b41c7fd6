"""When a web process looks for garbage: seldom, and not in what starting it has loaded.

Python does so whenever 700 more objects were made than freed, and every so often in all of them.
For a page with three thousand appointments that was fifteen times, and in one request out of
fifteen it walked through all that Django has loaded: 80 ms, more than the page itself.
"""

import gc

MADE_MEANWHILE = 10_000
"""Objects made and not freed before the next look; what has no cycles is freed at once anyway."""


def settle() -> None:
    """To be called once everything is loaded."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(MADE_MEANWHILE, 10, 10)
