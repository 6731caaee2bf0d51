"""The base of all shapes that requests and answers have.

Each is built when it is first used: most requests need two of them, and building all would take
60 ms of CPU at each cold start. Those of answers are documentation and may never be built.
"""

import pydantic
from pydantic import ConfigDict


class BaseModel(pydantic.BaseModel):
    """What all shapes at the border have in common."""

    model_config = ConfigDict(defer_build=True)
