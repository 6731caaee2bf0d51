"""Parse and normalize e-mail addresses, and bound the length of passwords."""

from typing import Annotated

from pydantic import AfterValidator, Field

LONGEST_ADDRESS = 254


def _address(value: str) -> str:
    """Check an address and write it in the one form in which it is kept and compared."""
    # Imported where it is used: its patterns cost each cold start 30 ms.
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415

    try:
        found = validate_email(value.strip(), check_deliverability=False)
    except EmailNotValidError as error:
        raise ValueError(str(error)) from error
    address = found.normalized.lower()
    if len(address) > LONGEST_ADDRESS:  # what is one character may be two in this form
        raise ValueError("The email address is too long.")
    return address


def deliverable(address: str) -> str:
    """The form in which mail is sent to an address: its domain as it stands in the DNS."""
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415 - as above

    try:
        return validate_email(address, check_deliverability=False).ascii_email or address
    except EmailNotValidError:
        return address


def _address_or_text(value: str) -> str:
    """The same form; what is no address belongs to nobody, and gets the same answer as such."""
    try:
        return _address(value)
    except ValueError:
        return "".join(c for c in value if c.isprintable())


def normalised_address(value: str) -> str:
    """Write an address in the one form in which it is kept; what is none becomes empty."""
    try:
        return _address(value) if len(value) <= LONGEST_ADDRESS else ""
    except ValueError:
        return ""


# The length comes first: to look through a megabyte takes most of a second, for whoever sends it.
Email = Annotated[
    str,
    Field(
        max_length=LONGEST_ADDRESS,
        examples=["ada@example.org"],
        json_schema_extra={"format": "email"},
    ),
    AfterValidator(_address),
]
# For signing in: whatever is written there.
EmailOrText = Annotated[
    str,
    Field(max_length=LONGEST_ADDRESS, examples=["ada@example.org"]),
    AfterValidator(_address_or_text),
]
# Bounds beyond which nobody means a password; the real rules name their reason.
Password = Annotated[str, Field(max_length=1024, examples=["seven quiet lanterns by the harbour"])]
# A token from a link.
LinkToken = Annotated[str, Field(max_length=100, examples=["dGhpcyBpcyBub3QgYSByZWFsIHRva2Vu"])]
