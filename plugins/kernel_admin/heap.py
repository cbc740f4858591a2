"""Spare the garbage collector what a start leaves behind: some fifty thousand objects that stay until the end.

Now and then it looks at every object there is, and meanwhile nobody is answered: 30 ms, met by one request of a
hundred. Objects set aside are passed over; the others are those of requests, and few.
"""

import gc


def set_aside() -> None:
    """Collect what nobody needs, and set all that is left aside; what was set aside before is looked at once more."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
