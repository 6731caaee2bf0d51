"""Where the outside calls in: a web server, and Lambda.

[Note: Imported undisturbed] What importing makes stays for good, and a collector that walks through
it again and again while it grows is a seventh of a cold start. So it rests until a handler has been
imported, and never looks at what was made until then.
"""

import gc

gc.disable()


def start_collecting() -> None:
    """Say that a handler has been imported. See [Note: Imported undisturbed]."""
    gc.freeze()
    gc.enable()
