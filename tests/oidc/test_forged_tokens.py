"""Whatever a provider, or somebody in its place, answers to a code: believed only when all fits.

THREATS 40. Each forgery is made as an attacker would make it, against an account that is there and
an address that is not; nobody gets a session, and no account comes into being.
"""

import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from uuid import uuid4

import pytest
from joserfc import jws, jwt
from joserfc.jwk import ECKey, OctKey, RSAKey

from tests.oidc.conftest import Traveller, state_of
from tests.oidc.fake_provider import ABSENT, CLIENT_ID, CLIENT_SECRET, Issuer, Json, Provider, Reply
from tests.oidc.test_sign_in import proved

FOREIGN_KEY = RSAKey.generate_key(2048, auto_kid=True)
# Small enough for a header: joserfc refuses headers of more than 512 bytes, whatever is in them.
SMALL_KEY = ECKey.generate_key("P-256")
FAILED = "/sign-in?problem=openid_failed"

Forgery = Callable[[Issuer], None]
Counter = Callable[..., int]


def claiming(**claims: object) -> Forgery:
    """Sign other claims with the provider's own key."""

    def forge(issuer: Issuer) -> None:
        issuer.claims = claims

    return forge


def signing(sign: Callable[[Issuer, Json], object]) -> Forgery:
    """Make the ID token in another way."""

    def forge(issuer: Issuer) -> None:
        issuer.sign = lambda claims: sign(issuer, claims)

    return forge


def replying(change: Callable[[bytes], Reply]) -> Forgery:
    """Send the honest answer in another way, or another answer."""

    def forge(issuer: Issuer) -> None:
        def reply(claims: Json) -> Reply:
            tokens = {"access_token": "x", "token_type": "Bearer"}
            return change(json.dumps(tokens | {"id_token": issuer.signed(claims)}).encode())

        issuer.reply = reply

    return forge


def beside(honest: bytes, **more: object) -> Reply:
    """Add to an honest answer."""
    return Reply.json(json.loads(honest) | more)


def part(value: object) -> str:
    return urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def unsigned(_: Issuer, claims: Json) -> str:
    return f"{part({'alg': 'none'})}.{part(claims)}."


def by_public_key_as_secret(issuer: Issuer, claims: Json) -> str:
    """The classic: HMAC with what everybody knows."""
    secret = OctKey.import_key(issuer.key.as_pem(private=False).decode().replace("-----", "="))
    return jwt.encode({"alg": "HS256", "kid": issuer.key.kid}, claims, secret)


def by_client_secret(issuer: Issuer, claims: Json) -> str:
    secret = OctKey.import_key(CLIENT_SECRET.ljust(32, "."))
    return jwt.encode({"alg": "HS256", "kid": issuer.key.kid}, claims, secret)


def by_foreign_key(issuer: Issuer, claims: Json) -> str:
    return issuer.signed(claims, key=FOREIGN_KEY)


def by_unknown_key(issuer: Issuer, claims: Json) -> str:
    return issuer.signed(claims, key=FOREIGN_KEY, kid="nobody's")


def by_key_in_header(issuer: Issuer, claims: Json) -> str:
    header = {"alg": "ES256", "kid": issuer.key.kid, "jwk": SMALL_KEY.as_dict(private=False)}
    return jwt.encode(header, claims, SMALL_KEY, algorithms=["ES256"])


def by_own_key_with_another_in_header(issuer: Issuer, claims: Json) -> str:
    return issuer.signed(claims, jwk=SMALL_KEY.as_dict(private=False))


def by_key_at_address(issuer: Issuer, claims: Json) -> str:
    return issuer.signed(claims, key=FOREIGN_KEY, jku="http://127.0.0.1:1/keys", kid="theirs")


def by_other_algorithm(issuer: Issuer, claims: Json) -> str:
    """Asymmetric and sound, and not what the provider says that it uses."""
    header = {"alg": "PS256", "kid": issuer.key.kid}
    return jwt.encode(header, claims, issuer.key, algorithms=["PS256"])


def by_key_of_other_kind(issuer: Issuer, claims: Json) -> str:
    key = ECKey.generate_key("P-256")
    return jwt.encode({"alg": "ES256", "kid": issuer.key.kid}, claims, key, algorithms=["ES256"])


def with_unknown_critical_header(issuer: Issuer, claims: Json) -> str:
    header, claims_part, signature = issuer.signed(claims).split(".")
    del header
    return f"{part({'alg': 'RS256', 'crit': ['x'], 'x': 1})}.{claims_part}.{signature}"


def with_changed_claims(issuer: Issuer, claims: Json) -> str:
    header, _, signature = issuer.signed(claims).split(".")
    return f"{header}.{part(claims | {'sub': 'administrator'})}.{signature}"


def with_odd_header(header: object) -> Callable[[Issuer, Json], object]:
    return lambda _, claims: f"{part(header)}.{part(claims)}.AAAA"


def of_no_object(issuer: Issuer, _: Json) -> str:
    header = {"alg": "RS256", "kid": issuer.key.kid}
    return jws.serialize_compact(header, b'["somebody"]', issuer.key)


def of_deep_nesting(issuer: Issuer, _: Json) -> str:
    header = {"alg": "RS256", "kid": issuer.key.kid}
    return jws.serialize_compact(header, b"[" * 60_000, issuer.key)


def soon() -> int:
    return int(time.time())


FORGERIES: dict[str, Forgery] = {
    "no ID token": signing(lambda *_: ABSENT),
    "an ID token that is null": signing(lambda *_: None),
    "an ID token that is a number": signing(lambda *_: 7),
    "an ID token that is an object": signing(lambda *_: {"sub": "somebody"}),
    "an ID token that is empty": signing(lambda *_: ""),
    "an ID token that is no JWT": signing(lambda *_: "no.such.token"),
    "an ID token in another script": signing(lambda *_: "\N{SNOWMAN}.\N{SNOWMAN}.\N{SNOWMAN}"),
    "alg none": signing(unsigned),
    "the public key as an HMAC secret": signing(by_public_key_as_secret),
    "HMAC by the client secret": signing(by_client_secret),
    "a foreign key under the provider's name": signing(by_foreign_key),
    "a key that nobody knows": signing(by_unknown_key),
    "a key that comes along": signing(by_key_in_header),
    "a key that comes along with a good one": signing(by_own_key_with_another_in_header),
    "a key to be fetched elsewhere": signing(by_key_at_address),
    "an algorithm that was not announced": signing(by_other_algorithm),
    "a key of another kind": signing(by_key_of_other_kind),
    "a critical header": signing(with_unknown_critical_header),
    "claims that were changed": signing(with_changed_claims),
    "a header without alg": signing(with_odd_header({})),
    "an alg that is a list": signing(with_odd_header({"alg": ["RS256"]})),
    "a kid that is an object": signing(with_odd_header({"alg": "RS256", "kid": {}})),
    "a header that is a list": signing(with_odd_header(["RS256"])),
    "claims that are a list": signing(of_no_object),
    "claims of a great depth": signing(of_deep_nesting),
    "another issuer": claiming(iss="https://accounts.google.com"),
    "no issuer": claiming(iss=ABSENT),
    "an issuer that is a list": claiming(iss=["https://accounts.google.com"]),
    "another audience": claiming(aud="another client"),
    "another audience, given to us": claiming(aud="another client", azp=CLIENT_ID),
    "several audiences, ours among them": claiming(aud=[CLIENT_ID, "another client"]),
    "several audiences, given to another": claiming(
        aud=[CLIENT_ID, "another client"], azp="another client"
    ),
    "our audience, given to another": claiming(azp="another client"),
    "no audience": claiming(aud=ABSENT),
    "an empty audience": claiming(aud=[]),
    "an audience that contains ours": claiming(aud=f"{CLIENT_ID}-other"),
    "another nonce": claiming(nonce="another"),
    "no nonce": claiming(nonce=ABSENT),
    "no nonce, which the provider says it cannot": claiming(nonce=ABSENT, nonce_supported=False),
    "a nonce that is null": claiming(nonce=None),
    "a time that is over": claiming(exp=soon() - 60, iat=soon() - 360),
    "no time": claiming(exp=ABSENT),
    "a time in words": claiming(exp="tomorrow"),
    "a time that is true": claiming(exp=True),
    "from the future": claiming(iat=soon() + 3600, exp=soon() + 7200),
    "not yet good": claiming(nbf=soon() + 3600),
    "no moment": claiming(iat=ABSENT),
    "nobody": claiming(sub=ABSENT),
    "an empty name": claiming(sub=""),
    "a name that is a number": claiming(sub=7),
    "a name that is true": claiming(sub=True),
    "a name that is too long": claiming(sub="s" * 256),
    "a name with a line break": claiming(sub="some\nbody"),
    "a name in another script": claiming(sub="\N{CYRILLIC SMALL LETTER ES}omebody"),
    "a hash of another access token": claiming(at_hash="AAAAAAAAAAAAAAAAAAAAAA"),
    "an error": replying(lambda _: Reply.json({"error": "invalid_grant"}, status=400)),
    "an error beside tokens": replying(lambda honest: beside(honest, error="server_error")),
    "an expiry in words": replying(lambda honest: beside(honest, expires_in="soon")),
    "nothing": replying(lambda _: Reply()),
    "no JSON": replying(lambda honest: Reply(body=b"<html>" + honest)),
    "a list": replying(lambda honest: Reply(body=b"[" + honest + b"]")),
    "a great depth": replying(lambda _: Reply(body=b"[" * 200_000)),
    "tokens of a failure": replying(lambda honest: Reply(status=500, body=honest)),
    "tokens of a refusal": replying(lambda honest: Reply(status=403, body=honest)),
    "tokens of a redirect": replying(lambda honest: Reply(status=302, body=honest)),
    "a redirect to tokens": replying(
        lambda _: Reply(status=307, headers=(("Location", "http://127.0.0.1:1/token"),))
    ),
    "a header of a megabyte": replying(
        lambda honest: Reply(body=honest, headers=(("X-Long", "x" * 2**20),))
    ),
    "a thousand headers": replying(
        lambda honest: Reply(body=honest, headers=(("X-Many", "x"),) * 1000)
    ),
    "a body of a megabyte": replying(lambda honest: Reply(body=honest + b" " * 2**20)),
}


@pytest.mark.parametrize("forgery", FORGERIES.values(), ids=FORGERIES.keys())
def test_a_forged_answer_signs_nobody_in(
    ada: Traveller, eve: Traveller, issuer: Issuer, count: Counter, forgery: Forgery
) -> None:
    who = proved(ada.email)
    ada.travel(issuer, claims=who)
    forgery(issuer)
    for claims in (who, proved(eve.email)):
        answer = eve.travel(issuer, claims=claims)
        assert eve.where(answer) == FAILED
        assert "session" not in eve.http.cookies
        assert "link" not in eve.http.cookies
    assert count("SELECT count(*) FROM users WHERE email = :email", email=eve.email) == 0
    # The very provider signs in who it should, once it is honest again.
    issuer.be_honest()
    assert eve.where(eve.travel(issuer, claims=proved(eve.email))) == "/"


def test_a_body_that_never_ends_signs_nobody_in(eve: Traveller, provider: Provider) -> None:
    endless = provider.issuers["endless"]  # its own: that it did not answer is remembered
    endless.reply = lambda claims: Reply(body=json.dumps(claims).encode(), drips=True)
    assert eve.where(eve.travel(endless, claims=proved(eve.email))) == FAILED
    assert eve.signed_in_as is None


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": [CLIENT_ID]},
        {"aud": [CLIENT_ID, "another client"], "azp": CLIENT_ID},
        {"azp": CLIENT_ID},
    ],
)
def test_what_the_specification_allows_is_believed(
    ada: Traveller, issuer: Issuer, claims: Json
) -> None:
    assert ada.where(ada.travel(issuer, claims=proved(ada.email) | claims)) == "/"


def test_a_clock_may_be_a_little_wrong_and_no_more(ada: Traveller, issuer: Issuer) -> None:
    late = {"iat": soon() - 300, "exp": soon() - 4}
    assert ada.where(ada.travel(issuer, claims=proved(ada.email) | late)) == "/"
    late = {"iat": soon() - 300, "exp": soon() - 15}
    assert ada.where(ada.travel(issuer, claims=proved(ada.email) | late)) == FAILED


def test_providers_may_change_their_keys(ada: Traveller, issuer: Issuer) -> None:
    who = proved(ada.email)
    assert ada.where(ada.travel(issuer, claims=who)) == "/"
    issuer.key = RSAKey.generate_key(2048, auto_kid=True)
    assert ada.where(ada.travel(issuer, claims=who)) == "/"


@pytest.mark.parametrize("name", ["stranger", "plaintext", "symmetric", "local"])
def test_a_provider_that_describes_itself_wrongly_is_not_gone_to(
    ada: Traveller, provider: Provider, name: str
) -> None:
    """It speaks for another issuer, wants the code without TLS, signs by a secret, or has no web
    address for its keys.
    """
    answer = ada.start(provider.issuers[name])
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert "openid" not in ada.http.cookies


def test_what_the_id_token_leaves_out_is_asked_for(ada: Traveller, provider: Provider) -> None:
    telling = provider.issuers["telling"]
    subject = uuid4().hex
    told = {"sub": subject, "email": ada.email, "email_verified": True}
    telling.userinfo = told | {"sub": "somebody else"}
    assert ada.where(ada.travel(telling, claims={"sub": subject})) == FAILED
    telling.userinfo = told
    assert ada.where(ada.travel(telling, claims={"sub": subject})) == "/"
    assert ada.signed_in_as == ada.email


def test_an_answer_names_its_provider_where_that_is_promised(
    ada: Traveller, provider: Provider
) -> None:
    naming = provider.issuers["naming"]
    for brought, page in (
        ({}, FAILED),
        ({"iss": "https://accounts.google.com"}, FAILED),
        ({"iss": [naming.address, naming.address]}, FAILED),
        ({"iss": naming.address}, "/"),
    ):
        location = ada.set_out(naming)
        code = naming.authorize(location, **proved(ada.email))
        answer = ada.come_back(naming, code=code, state=state_of(location), **brought)
        assert ada.where(answer) == page
