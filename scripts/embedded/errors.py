"""Why the local stack cannot go on, in words for the person at the terminal.

StartError
├── AlreadyRunningError
├── ForeignFolderError
├── PortTakenError
├── PartEndedError
├── MissingToolError
└── StopRequestedError
"""

from __future__ import annotations


class StartError(Exception):
    """Something that the person must know; the message says what to do."""


class AlreadyRunningError(StartError):
    """The data folder is in use by another launcher."""


class ForeignFolderError(StartError):
    """What was named as the data folder holds something else."""


class PortTakenError(StartError):
    """Another program listens on the port of the site."""


class PartEndedError(StartError):
    """One of the parts ended, or did not come up."""


class MissingToolError(StartError):
    """A program that must be there before anything can be installed is not."""


class StopRequestedError(StartError):
    """The person asked to stop while something was waited for."""
