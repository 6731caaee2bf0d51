"""Every operation of the API, from its document, so that a new one is attacked without being asked.

docs/openapi.json is compared with the code by `./scripts/generate --check`.
"""

import json
from pathlib import Path

_DOCUMENT = json.loads((Path(__file__).parents[2] / "docs/openapi.json").read_text())
_SOME_ID = "00000000-0000-4000-8000-000000000000"

Operation = tuple[str, str]

OPERATIONS: list[Operation] = sorted(
    (method.upper(), path) for path, by in _DOCUMENT["paths"].items() for method in by
)
WITHOUT_SECURITY: list[Operation] = sorted(
    (method.upper(), path)
    for path, by in _DOCUMENT["paths"].items()
    for method, operation in by.items()
    if operation["security"] == []
)
# For whoever came by a share link; tests/api/sharing/ has those who did not.
OF_VISITORS: list[Operation] = sorted(
    (method.upper(), path)
    for path, by in _DOCUMENT["paths"].items()
    for method, operation in by.items()
    if operation["security"] == [{"visit": []}]
)
WRITES = [operation for operation in OPERATIONS if operation[0] != "GET"]
GUARDED = [operation for operation in OPERATIONS if operation not in WITHOUT_SECURITY + OF_VISITORS]

# Whoever adds to these says who may call it, and why that is anyone.
PUBLIC: set[Operation] = {
    ("GET", "/api/health"),
    ("GET", "/api/openapi.json"),
    ("GET", "/api/auth/session"),
    ("POST", "/api/auth/first"),
    ("POST", "/api/auth/login"),
    # The second half of a sign-in, beside the cookie of the first.
    ("POST", "/api/auth/second-factor"),
    ("DELETE", "/api/auth/second-factor"),
    ("POST", "/api/auth/passkey/options"),
    ("POST", "/api/auth/passkey"),
    # The way to a provider and back; to link or confirm, it asks for a session itself.
    ("POST", "/api/auth/openid/{provider}/start"),
    ("GET", "/api/auth/openid/{provider}/callback"),
    ("GET", "/api/auth/openid/waiting"),
    # For people with a link or an address and no account yet, or none that they get into.
    ("POST", "/api/auth/password/check"),
    ("POST", "/api/auth/register"),
    ("POST", "/api/auth/welcome/look"),
    ("POST", "/api/auth/welcome"),
    ("POST", "/api/auth/invites/look"),
    ("POST", "/api/auth/invites/accept"),
    ("POST", "/api/auth/reset"),
    ("POST", "/api/auth/reset/look"),
    ("POST", "/api/auth/former-address/look"),
    ("POST", "/api/auth/former-address/passkey/options"),
    ("POST", "/api/auth/former-address/restore"),
    ("POST", "/api/auth/reset/finish"),
    # For people with a share link and no account.
    ("POST", "/api/shared/open"),
}
# Operations on something of somebody's, other than pictures: where each meets strangers.
STRANGERS_TRY: dict[Operation, str] = {
    ("PATCH", "/api/search/saved/{search_id}"): "tests/api/images/test_saved_searches.py",
    ("DELETE", "/api/search/saved/{search_id}"): "tests/api/images/test_saved_searches.py",
    (
        "POST",
        "/api/images/{image_id}/descriptions/{version_id}/show",
    ): "tests/api/descriptions/test_history.py",
    ("PATCH", "/api/account/passkeys/{passkey_id}"): "tests/api/auth/test_passkey_management.py",
    ("DELETE", "/api/account/passkeys/{passkey_id}"): "tests/api/auth/test_passkey_management.py",
    ("DELETE", "/api/account/sessions/{session_id}"): "tests/api/auth/test_sessions.py",
    ("DELETE", "/api/account/tokens/{token_id}"): "tests/api/auth/test_access_tokens.py",
    ("PATCH", "/api/admin/people/{person_id}"): "tests/api/admin/test_admin.py",
    ("DELETE", "/api/admin/people/{person_id}/sessions"): "tests/api/admin/test_admin.py",
    ("DELETE", "/api/admin/invites/{invite_id}"): "tests/api/admin/test_admin.py",
    ("DELETE", "/api/account/identities/{identity_id}"): "tests/oidc/test_linking.py",
    ("DELETE", "/api/account/exports/{export_id}"): "tests/api/accounts/test_exports.py",
    ("PATCH", "/api/shares/{share_id}"): "tests/api/sharing/test_shares.py",
    ("DELETE", "/api/shares/{share_id}"): "tests/api/sharing/test_shares.py",
    ("POST", "/api/shares/{share_id}/address"): "tests/api/sharing/test_shares.py",
    **dict.fromkeys(
        [
            ("GET", "/api/albums/{album_id}/members"),
            ("POST", "/api/albums/{album_id}/members"),
            ("PATCH", "/api/albums/{album_id}/members"),
            ("DELETE", "/api/albums/{album_id}/members"),
            ("PATCH", "/api/albums/{album_id}/members/{member_id}"),
            ("DELETE", "/api/albums/{album_id}/members/{member_id}"),
            ("POST", "/api/albums/{album_id}/members/{member_id}/transfer"),
            ("POST", "/api/album-invitations/{invitation_id}"),
            ("DELETE", "/api/album-invitations/blocked/{person_id}"),
            ("GET", "/api/shared-albums/{album_id}"),
            ("DELETE", "/api/shared-albums/{album_id}"),
            ("GET", "/api/shared-albums/{album_id}/images"),
            ("POST", "/api/shared-albums/{album_id}/images"),
            ("POST", "/api/shared-albums/{album_id}/images/remove"),
            ("POST", "/api/shared-albums/{album_id}/images/save"),
            ("GET", "/api/shared-albums/{album_id}/addresses"),
            ("GET", "/api/shared-albums/{album_id}/images/{image_id}"),
            ("GET", "/api/shared-albums/{album_id}/images/{image_id}/original"),
        ],
        "tests/api/members/test_member_access.py",
    ),
    **dict.fromkeys(
        [
            ("PATCH", "/api/library-shares/{share_id}"),
            ("DELETE", "/api/library-shares/{share_id}"),
            ("POST", "/api/library-invitations/{invitation_id}"),
            ("GET", "/api/shared-libraries/{library_id}"),
            ("DELETE", "/api/shared-libraries/{library_id}"),
            ("GET", "/api/shared-libraries/{library_id}/timeline"),
            ("GET", "/api/shared-libraries/{library_id}/timeline/{key}"),
            ("GET", "/api/shared-libraries/{library_id}/addresses"),
            ("GET", "/api/shared-libraries/{library_id}/images/{image_id}"),
            ("GET", "/api/shared-libraries/{library_id}/images/{image_id}/original"),
            ("POST", "/api/shared-libraries/{library_id}/images/save"),
        ],
        "tests/api/members/test_library_access.py",
    ),
    ("POST", "/api/lookalikes/{group_id}/keep"): "tests/api/lookalikes/test_lookalikes.py",
    ("POST", "/api/lookalikes/{group_id}/dismiss"): "tests/api/lookalikes/test_lookalikes.py",
    ("GET", "/api/timeline/{key}"): "tests/api/images/test_timeline_buckets.py",
}


def with_some_id(path: str) -> str:
    """Fill in an id that nothing has."""
    before, brace, after = path.partition("{")
    return before + _SOME_ID + with_some_id(after.partition("}")[2]) if brace else path
