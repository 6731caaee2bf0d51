"""Entry points of AWS Lambda.

[Note: Imported undisturbed] Objects that imports create are never freed. Garbage collections during
the imports take a seventh of a cold start. Collection is therefore off until a handler has been
imported, and never examines the objects that were created until then.
"""

import gc

gc.disable()


def start_collecting() -> None:
    """Say that a handler has been imported. See [Note: Imported undisturbed]."""
    gc.freeze()
    gc.enable()
