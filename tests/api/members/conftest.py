"""What tests of albums with people begin with."""

import pytest
from sqlalchemy import Engine

from tests.api.albums.conftest import add_images
from tests.support.albums import add_to, make_album
from tests.support.users import Person


@pytest.fixture
def album(ada: Person, database: Engine) -> str:
    """An album of Ada's with three pictures of 1 to 3 March."""
    made = make_album(ada)
    add_to(ada, made, add_images(ada, database, 3))
    return made
