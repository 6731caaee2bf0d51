"""All blueprints of the API, from which the route table is generated."""

from app.accounts.audit.routes import activity
from app.accounts.oidc.routes import openid
from app.accounts.registration.email_change_routes import own_address
from app.accounts.registration.restore_email_routes import former_address
from app.accounts.registration.routes import joining
from app.accounts.security.device_routes import sessions
from app.accounts.security.passkey_routes import passkey_sign_in, passkeys
from app.accounts.security.routes import factors, password_check
from app.accounts.security.token_routes import tokens
from app.accounts.sign_in.routes import auth
from app.accounts.sign_in.second_factor_routes import confirming
from app.accounts.sign_in.session_routes import who_is_here
from app.admin.routes.activity import site_activity
from app.admin.routes.invitations import invites
from app.admin.routes.users import people
from app.albums.routes import albums
from app.api.health import system
from app.exports.routes import leaving
from app.library.account_routes import account
from app.library.alt_text_routes import alt_texts
from app.library.description_preference_routes import description_preferences
from app.library.description_routes import descriptions
from app.library.download_routes import downloads
from app.library.history_routes import description_history
from app.library.isolation import isolation
from app.library.routes import images
from app.lookalikes.routes import lookalikes
from app.map.routes import map_
from app.members.libraries.partner_routes import library_invitations, shared_libraries
from app.members.libraries.routes import library_shares
from app.members.member_routes import album_invitations, shared_albums
from app.members.routes import album_members, shared_by_me
from app.places.routes import places
from app.search.routes import search
from app.search.saved_routes import saved_searches
from app.search.suggestions.routes import suggestions
from app.sharing.collect_routes import collected, guests
from app.sharing.routes import shares
from app.sharing.visitor_routes import shared
from app.stacks.routes import stacks
from app.statistics.routes import statistics
from app.tags.routes import tags
from app.timeline.album_routes import album_contents
from app.timeline.routes import timeline
from app.timeline.tag_routes import tag_contents
from app.uploads.routes import uploads

BLUEPRINTS = (
    system,
    auth,
    who_is_here,
    joining,
    own_address,
    former_address,
    confirming,
    passkey_sign_in,
    password_check,
    openid,
    factors,
    passkeys,
    sessions,
    tokens,
    activity,
    account,
    isolation,
    images,
    descriptions,
    description_history,
    alt_texts,
    description_preferences,
    downloads,
    stacks,
    timeline,
    places,
    map_,
    search,
    suggestions,
    saved_searches,
    statistics,
    albums,
    album_contents,
    album_members,
    shared_by_me,
    shared_albums,
    album_invitations,
    library_shares,
    shared_libraries,
    library_invitations,
    shares,
    shared,
    guests,
    collected,
    tags,
    tag_contents,
    lookalikes,
    uploads,
    leaving,
    people,
    invites,
    site_activity,
)
