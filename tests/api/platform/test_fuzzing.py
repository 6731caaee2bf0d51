"""Every operation, by requests that its description allows and by such that it does not.

Schemathesis makes both of the document and judges the answers: none is a 5xx, each has a status,
headers and a body that the document names, what is not allowed is refused, and what is allowed is
not called malformed. Each request is of a person of its own, who has just signed in and looks after
the site, so that no request depends on another; they are the same in each run.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
from sqlalchemy import Engine, text

from tests.api.conftest import new_network
from tests.support.api_operations import OPERATIONS
from tests.support.users import add_person

if TYPE_CHECKING:
    from schemathesis import APIOperation, Case, Response

    from scripts.embedded.stack import EmbeddedStack

DOCUMENT = Path(__file__).parents[3] / "docs/openapi.json"
EXAMPLES = 6
LONGEST_QUERY = 6000  # in characters
# These compare requests with each other, or send others: here each is of another person.
NOT_HERE = (
    *("unsupported_method", "use_after_free", "ensure_resource_availability"),
    *("ignored_auth", "object_level_authorization"),
    "positive_data_acceptance",  # judged below, by codes
)
# A request that is in order and is still not done: because of who asks, or of what is there.
REFUSALS = {401, 403, 404, 409, 410, 429}
# What no schema can say: which cursors are ours, what is guessed easily, what a passkey signed.
BEYOND_SCHEMAS = {"invalid_cursor", "weak_password", "passkey_refused"}
WITH_INPUT = {
    f"{method.upper()} {path}"
    for path, operations in json.loads(DOCUMENT.read_text())["paths"].items()
    for method, operation in operations.items()
    if operation["parameters"] or "requestBody" in operation
} - {"GET /api/auth/openid/{provider}/callback"}  # any text is allowed there

# A picture of a person's, so that what is done with one by its id is done.
ADD_PICTURE = text(
    "INSERT INTO images (id, owner_id, name, byte_size, sha256, content_type, state, created_at,"
    " timeline_at, has_preview, is_animated, attempts, description_state)"
    " SELECT gen_random_uuid(), id, 'x.jpg', 1, sha256('x'), 'image/jpeg', 'ready', now(), now(),"
    " false, false, 0, 'none' FROM users WHERE email = :email RETURNING id::text"
)


@pytest.fixture(scope="session")
def operations() -> dict[str, APIOperation[Any, Any, Any, Any]]:
    """The operations of the document, by method and path."""
    import schemathesis  # noqa: PLC0415 - takes seconds, in processes that never come here too
    from hypothesis import strategies  # noqa: PLC0415
    from schemathesis.core.result import Ok  # noqa: PLC0415

    wall_clocks = strategies.datetimes().map(datetime.isoformat)
    schemathesis.openapi.format("date-time-local", wall_clocks)
    config = {"generation": {"with-security-parameters": False}}
    schema = schemathesis.openapi.from_dict(
        json.loads(DOCUMENT.read_text()), config=schemathesis.Config.from_dict(config)
    )
    found = [each.ok() for each in schema.get_all_operations() if isinstance(each, Ok)]
    return {each.label: each for each in found}


def whole(value: Any) -> Any:
    """Write 7.0 as 7: JSON Schema has them equal, and the API takes no point in what is counted."""
    if isinstance(value, dict):
        return {name: whole(each) for name, each in value.items()}
    if isinstance(value, list):
        return [whole(each) for each in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def is_accepted(answer: Response) -> bool:
    """Whether a request that the document allows was not called malformed."""
    if answer.status_code < 400 or answer.status_code in REFUSALS:
        return True
    problem = answer.json()
    refused = {error["field"].rpartition(".")[2] for error in problem.get("errors", [])}
    # Addresses whose names are reserved for tests (RFC 2606), names of which nothing is seen, and
    # items as a whole: that there are as many checksums as parts. That just what is done with an
    # album or a tag names one, and that as many positions are given as images. The same of dates,
    # which are of years that photographs are from; a place has both latitude and longitude, or
    # neither.
    refused = {name for name in refused if not name.isdigit()}
    return problem["code"] in BEYOND_SCHEMAS or refused <= {
        *("email", "name", "title"),
        *("album_id", "positions"),
        *("tag", "tag_id", "made_tags", "path"),  # names that can be seen, and not too many
        "q",  # the values that an operator of a search knows, and how many words
        *("expires_at", "note"),  # a moment to come; what NFC makes longer
        *("at", "taken", "shift_seconds", "offset_minutes", "taken_before", "images", "location"),
        "location_before",
        "view",  # for good go only those in Recently deleted
        "address",  # of a picture at storage
        "ids",  # or an album_id: one of them
        "",  # of a box, the south is not further north than the north
    }


@pytest.mark.parametrize(
    ("label", "mode"),
    [
        (label, mode)
        for label in (f"{method} {path}" for method, path in OPERATIONS)
        for mode in ("positive", "negative")
        if mode == "positive" or label in WITH_INPUT
    ],
)
def test_operation_answers_as_the_document_says(
    label: str,
    mode: str,
    operations: dict[str, APIOperation[Any, Any, Any, Any]],
    site: str,
    stack: EmbeddedStack,
    database: Engine,
) -> None:
    from hypothesis import HealthCheck, Phase, assume, given, settings  # noqa: PLC0415
    from schemathesis import GenerationMode  # noqa: PLC0415
    from schemathesis.checks import CHECKS  # noqa: PLC0415

    excluded: list[Any] = [CHECKS.get_one(name) for name in NOT_HERE]

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operations[label].as_strategy(generation_mode=GenerationMode(mode)))
    def ask(case: Case[Any]) -> None:
        # The server in front of the product answers 414 to what no browser would send.
        assume(len(urlencode(case.query or {}, doseq=True)) < LONGEST_QUERY)
        email, token = add_person(database, is_administrator=True)
        if mode == "positive" and "image_id" in case.path_parameters:
            with database.begin() as connection:
                case.path_parameters["image_id"] = connection.scalar(ADD_PICTURE, {"email": email})
        if mode == "positive":
            case.body = whole(case.body)
        answer = case.call_and_validate(
            base_url=site,
            headers={"Origin": stack.site_origin, "X-Forwarded-For": new_network()},
            cookies={"session": token},
            excluded_checks=excluded,
        )
        assert mode == "negative" or is_accepted(answer), answer.text

    ask()
