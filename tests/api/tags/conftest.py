"""Images to give tags."""

import pytest
from sqlalchemy import Engine

from tests.api.albums.conftest import add_images
from tests.support.users import Person


@pytest.fixture
def images(ada: Person, database: Engine) -> list[str]:
    """Forty images of Ada's, of 1 March to 9 April 2024, newest first."""
    return add_images(ada, database, 40)
