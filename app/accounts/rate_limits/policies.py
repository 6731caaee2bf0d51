"""All rate limits in one place: how many at once, and how soon the next is allowed.

Each is taken before the work that it guards and given back when the work turned out right, so that
nobody is held up who knows their password. How they count: `limiter.py`; what they are worth and
what they cost: docs/decisions/0018.
"""

from datetime import timedelta

from app.accounts.rate_limits.limiter import Limit

_SECOND = timedelta(seconds=1)
_MINUTE = timedelta(minutes=1)

# [Note: Three buckets for passwords] A guess from an unknown browser counts against the address
# that was typed (so many machines guess no more than one), against its network (so one machine
# does not try a password on everybody) and against the whole site. A browser that signed in to
# this account before has a bucket of its own and asks none of the three: whoever uses those up
# makes strangers wait, not the owner.
PASSWORD_TRIES_ACCOUNT = Limit(name="password-account", burst=8, every=_MINUTE)
PASSWORD_TRIES_DEVICE = Limit(name="password-device", burst=8, every=_MINUTE)
PASSWORD_TRIES_NETWORK = Limit(name="password-network", burst=30, every=20 * _SECOND)
# PyPI allows a thousand in five minutes; so do we, at a fraction of its people.
PASSWORD_TRIES_ALL = Limit(name="password-all", burst=1000, every=0.3 * _SECOND)

# Six digits, three time steps of which are good: five at once and 30 an hour find one in a
# million / (3 * 30) hours, more than a year, and the person's own record tells of it.
SECOND_FACTOR_TRIES = Limit(name="second-factor", burst=5, every=2 * _MINUTE)
# Who has the password and all the time in the world gets 24 a day.
SECOND_FACTOR_TRIES_LONG = Limit(name="second-factor-long", burst=30, every=60 * _MINUTE)
# Each browser that is known has tries of its own, and all of them have these together.
SECOND_FACTOR_TRIES_KNOWN = Limit(name="second-factor-known", burst=60, every=30 * _MINUTE)
# Nobody guesses the 120 bits of a recovery code: this bounds the work. Not counted with the six
# digits, which whoever has a stolen password could use up, to keep the owner out for hours. Each
# person's are apart in a network.
RECOVERY_TRIES_NETWORK = Limit(name="recovery-network", burst=30, every=20 * _SECOND)
# An app's first code, for each session: whoever guesses at the sign-in keeps nobody from adding it.
TOTP_CONFIRM_TRIES = Limit(name="totp-confirm", burst=5, every=2 * _MINUTE)
# To confirm, each session has tries of its own, and all of a person's have these together. Whoever
# is in with other sessions may use those up: then each session has a few that are reserved for it.
CONFIRM_TRIES = Limit(name="confirm", burst=8, every=_MINUTE)
CONFIRM_TRIES_LONG = Limit(name="confirm-long", burst=30, every=60 * _MINUTE)
CONFIRM_TRIES_PERSON = Limit(name="confirm-person", burst=60, every=30 * _MINUTE)
CONFIRM_TRIES_RESERVED = Limit(name="confirm-reserved", burst=3, every=8 * 60 * _MINUTE)
# The same for a session's codes.
CONFIRM_CODES_PERSON = Limit(name="confirm-codes-person", burst=60, every=30 * _MINUTE)
CONFIRM_CODES_RESERVED = Limit(name="confirm-codes-reserved", burst=3, every=8 * 60 * _MINUTE)
# Each look at the sign-in page asks once, so that browsers can offer a passkey there.
PASSKEY_TRIES_NETWORK = Limit(name="passkey-network", burst=300, every=_SECOND)
PASSKEY_TRIES_PERSON = Limit(name="passkey-person", burst=60, every=_SECOND)  # to confirm
# [Note: Failures that are recorded] For each person and event. What failed is refused all the same:
# only its line is left out. The record is kept for ever, and others than the person add to it: who
# gives wrong passkeys or answers of providers does so as fast as the API answers.
FAILURES_RECORDED = Limit(name="failures-recorded", burst=60, every=10 * _MINUTE)
# Of a trip to a provider that says nobody: many networks may make them. These go after 91 days.
NOBODYS_FAILURES_RECORDED = Limit(name="failures-of-nobody", burst=600, every=_MINUTE)
# Asked at each pause in typing; zxcvbn takes milliseconds of CPU.
PASSWORD_CHECKS_NETWORK = Limit(name="password-check-network", burst=60, every=_SECOND)
PASSWORD_CHECKS_PERSON = Limit(name="password-check-person", burst=60, every=_SECOND)
# A password is judged when it is set, too: counted for the person, the link or the invitation that
# sets it. So neither a stranger in their network nor an intruder who asks keeps an owner from it.
PASSWORDS_SET = Limit(name="passwords-set", burst=60, every=_SECOND)

# [Note: Guesses at a share's password] Counted for a link, whether there is one or not, for a
# network and for the whole site, and given back when right. Less for a network than for a link:
# whoever guesses from one keeps nobody elsewhere out. With all of them together, 5,800 guesses a
# day. The link's owner, signed in, has tries of their own.
SHARE_TRIES = Limit(name="share", burst=30, every=15 * _SECOND)
SHARE_TRIES_NETWORK = Limit(name="share-network", burst=10, every=30 * _SECOND)
SHARE_TRIES_ALL = Limit(name="share-all", burst=300, every=_SECOND)
SHARE_TRIES_OWNER = Limit(name="share-owner", burst=30, every=15 * _SECOND)

# For each person. Each mails a notice that is always sent, and computes a hash.
PASSWORD_CHANGES = Limit(name="password-changes", burst=10, every=5 * _MINUTE)
# [Note: New ways in] For each person: an app, a passkey or a link to a provider that is begun, and
# new recovery codes. Not counted when it is finished, else a device would keep a passkey that the
# site does not know; nor when it is removed, else an intruder could keep the owner from removing
# theirs. Each that is removed was begun before: so the notices of that are bounded, too.
NEW_WAYS_IN = Limit(name="new-ways-in", burst=20, every=5 * _MINUTE)

# For each person: a notice and two lines of their record each, with its end.
NEW_TOKENS = Limit(name="new-tokens", burst=100, every=5 * _MINUTE)

# For each person: share links that are made, changed or given another address. Each is a line of
# their record, and perhaps a hash; to end a link is a line, too, of one that was made before.
SHARE_CHANGES = Limit(name="share-changes", burst=100, every=5 * _MINUTE)

# [Note: Pictures of guests] Requests for addresses to send to, of ten pictures at most: for each
# link, and for each network. Pictures for each owner, given back when they arrive in time. What
# never arrives is remembered for a day among the owner's cancelled uploads, of which they may have
# 10,000: so guests leave them more than half.
GUESTS_OF_SHARE = Limit(name="share-guests", burst=300, every=_SECOND / 2)
GUESTS_OF_NETWORK = Limit(name="share-guests-network", burst=200, every=_SECOND)
PICTURES_OF_GUESTS = Limit(name="guest-pictures", burst=2_000, every=30 * _SECOND)

# [Note: Invitations to albums] For each inviter, and for each address that they invite: whoever is
# invited, declines and is invited again hears of it a few times, and blocks. The mail about it is
# one a day, of all inviters together, and only to whoever has an account.
INVITES_OF_PERSON = Limit(name="album-invites", burst=50, every=15 * _MINUTE)
INVITES_TO_ADDRESS = Limit(name="album-invites-address", burst=3, every=24 * 60 * _MINUTE)
INVITE_MAILS = Limit(name="album-invite-mails", burst=1, every=24 * 60 * _MINUTE)
# For each person: members that are changed, invitations that are answered, people who are blocked.
MEMBER_CHANGES = Limit(name="member-changes", burst=200, every=_MINUTE)
# [Note: Sessions for originals] For each link, and for each person in albums of others: such an
# address is signed by a session that names its keys, which STS makes anew at each request. Several
# people save from a link at the same time; the next is allowed after half a second.
ORIGINALS_OF_SHARE = Limit(name="share-originals", burst=300, every=_SECOND / 2)
ORIGINALS_OF_MEMBER = Limit(name="member-originals", burst=300, every=_SECOND / 2)
# The same for what plays, which is kept by a process for a while: where that is used up, pictures
# stand still.
MOTIONS_OF_SHARE = Limit(name="share-motions", burst=300, every=_SECOND / 2)
MOTIONS_OF_MEMBER = Limit(name="member-motions", burst=300, every=_SECOND / 2)
# For the owner of links, whoever asks by whichever of them: originals without their metadata that a
# worker is asked to make. They are made one after the other beside everybody's copies of
# everything, which wait for that.
BARE_ORIGINALS_OF_OWNER = Limit(name="bare-originals", burst=20, every=5 * _SECOND)
# For each person: pictures of shared albums that are copied into their library, each a copy by S3.
# Those that are in the library already, or could not be copied, are not counted.
PICTURES_SAVED = Limit(name="pictures-saved", burst=2_000, every=2 * _SECOND)
# For each person: such a request waits for S3 without a seat. It is given back when the request
# ends; where its process died, the next waits for as long as the request could have taken.
SAVES_UNDER_WAY = Limit(name="saves-under-way", burst=1, every=30 * _SECOND)
# For each person: tries at what IAM refuses, each of which is a line in the logs of S3.
ISOLATION_TRIES = Limit(name="isolation-tries", burst=20, every=10 * _SECOND)

# What the API's document says of 429, where nothing more is to be said.
TOO_MANY_TRIES = "Too many tries: wait as long as `Retry-After` says."
MANY_ORIGINALS = "Many originals were asked for: wait as long as `Retry-After` says."
LONG_READS = "Several long reads are under way (`too_many_at_once`), or too many requests."

# Nobody guesses 256 bits: it bounds the work. Not site-wide, so that nobody holds up the operator.
SETUP_TRIES_NETWORK = Limit(name="setup-network", burst=10, every=_MINUTE)

# For each kind of mail and address: who asks for one kind in vain keeps nobody from another.
MAILS_TO_ADDRESS = Limit(name="mails-address", burst=3, every=20 * _MINUTE)
# Links to join are good for a day, so whoever wants to join has one: few go to a stranger who does
# not. Links for a new password are good for half an hour, and owners must be able to have another.
LINKS_TO_JOIN = Limit(name="links-to-join", burst=6, every=60 * _MINUTE)
# An administrator chose who has the invitation: no stranger can use this up.
MAILS_OF_INVITE = Limit(name="mails-invite", burst=3, every=20 * _MINUTE)
# For each kind of mail and person who is signed in.
MAILS_OF_PERSON = Limit(name="mails-person", burst=3, every=20 * _MINUTE)
MAILS_OF_ADMINISTRATOR = Limit(name="mails-administrator", burst=100, every=_MINUTE)
# More than seven accounts must join to keep an address from being confirmed as somebody's new one.
MAILS_OF_CHANGE = Limit(name="mails-change", burst=20, every=2 * _MINUTE)
# For each kind of notice and person. The last of them says that it is the last.
NOTICES = Limit(name="notices", burst=6, every=30 * _MINUTE)
# For each kind: who asks for one in vain keeps nobody in their network from another.
MAILS_FROM_NETWORK = Limit(name="mails-network", burst=60, every=_MINUTE)
MAILS_ALL = Limit(name="mails-all", burst=500, every=5 * _SECOND)

LINK_TRIES_NETWORK = Limit(name="links-network", burst=60, every=5 * _SECOND)
# Megabytes that were sent and then cancelled or rejected: the bucket keeps them for two weeks,
# where they take nobody's room. Ten gigabytes at once, and ten more a day; see discarded.py.
DISCARDED_MEGABYTES = Limit(
    name="discarded-megabytes", burst=10 * 1024, every=24 * 60 * _MINUTE / (10 * 1024)
)
# Megabytes of pictures that came within 30 days and were deleted for good by their person. What is
# over is counted, and only the next is refused: see docs/decisions/0098.
DELETED_FOR_GOOD_MEGABYTES = Limit(
    name="deleted-for-good-megabytes", burst=10 * 1024, every=24 * 60 * _MINUTE / (10 * 1024)
)
# Pictures of which S3 is asked while their person waits: see [Note: Asking S3]. Sending a file that
# is large enough for parts takes longer than a tenth of a second.
ASKED_OF_S3 = Limit(name="asked-of-s3", burst=200, every=_SECOND / 10)
# Each reads and writes the whole library once.
EXPORTS = Limit(name="exports", burst=5, every=6 * 60 * _MINUTE)
# The notice of each is always sent: whoever asks and calls off again and again asks no more.
DELETIONS = Limit(name="deletions", burst=5, every=6 * 60 * _MINUTE)
# Each is a call of the model, which costs money. What an upload itself asks for does not count:
# see PICTURES_SHOWN_OF_PERSON.
DESCRIPTIONS_OF_IMAGE = Limit(name="descriptions-image", burst=5, every=60 * _MINUTE)
DESCRIPTIONS_OF_PERSON = Limit(name="descriptions-person", burst=60, every=30 * _SECOND)
DESCRIPTIONS_ALL = Limit(name="descriptions-all", burst=600, every=2 * _SECOND)
# "All that are missing": what failed is missing again, and would be asked for again and again.
DESCRIPTIONS_OF_ALL = Limit(name="descriptions-missing", burst=5, every=20 * _MINUTE)
DESCRIPTIONS_OF_SELECTED = Limit(name="descriptions-selected", burst=60, every=30 * _SECOND)
# The pictures of those, since each is a message: turning descriptions off and on makes all of them
# missing again. Any library may be asked for once.
DESCRIPTIONS_OF_MISSING = Limit(
    name="descriptions-missing-pictures", burst=20_000, every=_SECOND / 10
)
# What a model is shown for whatever reason, uploads included: each picture costs money, a made-up
# one as much as any. A library of some thousands at once, a larger one day by day.
PICTURES_SHOWN_OF_PERSON = Limit(name="shown-person", burst=5000, every=10 * _SECOND)
PICTURES_SHOWN_ALL = Limit(name="shown-all", burst=20_000, every=5 * _SECOND)
# How often a person's pictures may have the model rest while it answers others: its host refuses or
# stalls at what some pictures show, and each such rest is everybody's.
MODEL_RESTS_OF_PERSON = Limit(name="rests-of-model", burst=5, every=20 * _MINUTE)
# Each may take the decoders a minute or two, and a file that is broken is broken again.
RETRIES = Limit(name="retries", burst=60, every=_MINUTE)
OPENID_STARTS_NETWORK = Limit(name="openid-network", burst=60, every=5 * _SECOND)
OPENID_STARTS_PERSON = Limit(name="openid-person", burst=60, every=5 * _SECOND)  # to confirm, link
