"""What happens when a request is sent twice, documented for every operation that writes.

A client whose connection broke does not know whether its request arrived. The OpenAPI document says
whether it may send the request again: in words, and by `x-idempotent` (RFC 9110, section 9.2.2: to
send it several times has the same effect as to send it once).
"""

from typing import NamedTuple


class Repetition(NamedTuple):
    """Whether an operation is idempotent, and what happens the second time."""

    is_idempotent: bool
    words: str


def _safe(words: str = "The second time changes nothing more.") -> Repetition:
    return Repetition(is_idempotent=True, words="Safe to repeat. " + words)


def _gone() -> Repetition:
    return _safe("The second time there is nothing left: 404.")


def _not_safe(words: str) -> Repetition:
    return Repetition(is_idempotent=False, words="Not idempotent. " + words)


_LINK = _not_safe("A link works once: 410 afterwards.")
_MAIL = _not_safe("Each request sends a mail, as often as the limits allow.")
_CHALLENGE = _not_safe("Each request makes another challenge; that of the one before may still do.")
_LOOK = _safe("Nothing is changed.")

OF_READING = _safe("Nothing is changed.")

# By the operation's id; a test fails where one is missing.
REPETITIONS = {
    "make_first": _not_safe("There is a first account once: 409 afterwards."),
    "login": _not_safe("Each sign-in makes a session of its own."),
    "logout": _safe("The second time nobody is signed in: 401."),
    "register": _MAIL,
    "look_at_welcome": _LOOK,
    "welcome": _LINK,
    "look_at_invite": _LOOK,
    "accept_invite": _not_safe("An invitation is taken once: 403 afterwards."),
    "ask_for_reset": _MAIL,
    "look_at_reset": _LOOK,
    "finish_reset": _LINK,
    "change_email": _MAIL,
    "look_at_former_address": _LOOK,
    "ask_for_passkey_beside_link": _CHALLENGE,
    "restore_email": _LINK,
    "ask_for_proof": _MAIL,
    "verify": _LINK,
    "give_second_factor": _not_safe("Nothing is awaited any more once it was given: 401."),
    "give_up_second_factor": _safe(),
    "confirm": _not_safe("A code is good once: 401 afterwards. A password alone may be repeated."),
    "confirm_by_passkey": _not_safe("What a passkey signed is good once: 401 afterwards."),
    "ask_for_passkey": _CHALLENGE,
    "sign_in_by_passkey": _not_safe("What a passkey signed is good once: 401 afterwards."),
    "check_password": _LOOK,
    "start_openid": _not_safe("Each request sets out anew."),
    "unlink_identity": _gone(),
    "change_password": _not_safe("Each request signs other browsers out and sends a notice."),
    "check_own_password": _LOOK,
    "begin_totp": _not_safe("Each request makes another secret in place of the one before."),
    "remove_totp": _gone(),
    "confirm_totp": _not_safe("An app is confirmed once: 401 afterwards."),
    "remake_recovery_codes": _not_safe("Each request makes other codes."),
    "begin_passkey": _CHALLENGE,
    "finish_passkey": _not_safe("What a browser made is kept once: 422 afterwards."),
    "rename_passkey": _safe(),
    "remove_passkey": _gone(),
    "end_other_sessions": _safe(),
    "end_one_session": _gone(),
    "make_token": _not_safe("Each request makes another token; remove what you do not know of."),
    "remove_token": _gone(),
    "update_account": _safe(),
    "create_images": _safe("The same bytes have the same place, or are here already."),
    "update_image": _safe(),
    "delete_image": _safe(
        "What is deleted already stays so; of a cancelled upload there is nothing left: 404."
    ),
    "change_images": _safe("What is as it should be already is left alone."),
    "measure_images": _LOOK,
    "retry_image": _safe("The second time it is not damaged, since it is being tried: 409."),
    "describe_image": _not_safe(
        "One that waits goes on waiting; one that was described meanwhile is described again."
    ),
    "set_description_budget": _safe(),
    "set_never_sent": _safe(),
    "set_description_preferences": _safe(),
    "check_alt_texts": _safe(),
    "show_description_version": _safe(),
    "estimate_descriptions": _LOOK,
    "describe_selected": _safe("What waits or is described already is left alone."),
    "cancel_batches": _safe("What is being cancelled goes on being cancelled."),
    "describe_missing": _safe("What waits or is described already is left alone."),
    "complete_image": _safe(),
    "create_album": _not_safe("Each request makes another album."),
    "update_album": _safe(),
    "delete_album": _gone(),
    "restore_album": _safe(),
    "move_in_album": _safe(),
    "save_search": _not_safe("Each request saves it once more."),
    "change_saved_search": _safe(),
    "delete_saved_search": _gone(),
    "create_share": _not_safe("Each request makes another link; end what you do not know of."),
    "update_share": _safe(),
    "renew_share": _not_safe("Each request makes another address, and ends the one before."),
    "delete_share": _gone(),
    "end_shares": _safe(),
    "create_guest_uploads": _not_safe(
        "Each request reserves room once more, unless it names `id`; what is not sent is forgotten"
        " after an hour."
    ),
    "decide_collected": _safe(),
    "invite_member": _safe("Who was invited already stays so, and gets no other mail."),
    "remove_members": _safe(),
    "change_what_members_see": _safe(),
    "change_member": _safe(),
    "remove_from_album": _gone(),
    "transfer_album": _safe("The second time it is not yours any more: 404."),
    "end_shared_by_me": _safe(),
    "change_mail_of_invitations": _safe(),
    "answer_invitation": _safe("The second time there is no such invitation: 404."),
    "unblock_person": _gone(),
    "leave_album": _gone(),
    "add_to_shared_album": _safe(),
    "remove_from_shared_album": _safe(),
    "share_own_library": _safe("Who was invited already stays so, and gets no other mail."),
    "end_library_shares": _safe(),
    "change_library_share": _safe(),
    "end_library_share": _gone(),
    "answer_library_invitation": _safe("The second time there is no such invitation: 404."),
    "leave_shared_library": _gone(),
    "save_from_shared_library": _safe("What was saved before is in your library already."),
    "save_from_shared_album": _safe("What was saved before is in your library already."),
    "open_share": _not_safe("Each request counts as a visit."),
    "get_tags_of_images": _LOOK,
    "list_download_entries": _LOOK,
    "probe_isolation": _LOOK,
    "list_shared_download_entries": _LOOK,
    "rename_tag": _safe(),
    "delete_tag": _gone(),
    "restore_tag": _safe(),
    "keep_lookalike": _safe("What is deleted already stays so, and then there is no `undo`."),
    "dismiss_lookalikes": _safe("The second time they are not in the group any more: 404."),
    "undo_lookalikes": _safe(),
    "make_export": _safe("While one is being made, that one is answered; then it is made anew."),
    "remove_export": _gone(),
    "ask_for_deletion": _safe("The day stays the one that was told first."),
    "call_deletion_off": _safe(),
    "change_one_person": _safe(),
    "end_sessions_of_person": _safe(),
    "invite_somebody": _not_safe("Each request makes another invitation."),
    "remove_invite": _gone(),
}
