"""Errors that the API answers about signing in, accounts and their factors; see app/errors.py."""

from app.errors import AppError, ConflictError, ValidationFailedError


class WrongCredentialsError(AppError):
    status = 401
    code = "wrong_credentials"
    detail = "E-mail address or password is wrong."


class WrongCodeError(AppError):
    status = 401
    code = "wrong_code"
    detail = "This code is not right, or was used already. Try the next one."


class CodeNeededError(AppError):  # the password was right; a code goes with it
    status = 401
    code = "code_needed"
    detail = "The password is right. Send it again with a code of your second factor."


class WrongPasskeyError(AppError):
    status = 401
    code = "wrong_passkey"
    detail = "This passkey was not accepted here. Try again, or sign in another way."


class ConfirmFirstError(AppError):  # the last proof of who is there is too long ago
    status = 401
    code = "confirm_first"
    detail = "Confirm that it is you first: you signed in more than ten minutes ago."


class NotByTokenError(AppError):  # only a person in a browser may do this
    status = 403
    code = "not_by_token"
    detail = "An access token cannot do this. Sign in with a browser."


class AccountDisabledError(AppError):
    status = 403
    code = "account_disabled"
    detail = "This account was disabled by an administrator of this site."


class RegistrationClosedError(AppError):
    status = 403
    code = "registration_closed"
    detail = "Registration is closed."


class InviteNeededError(AppError):
    status = 403
    code = "invite_needed"
    detail = "Joining this site takes an invitation, and this one is used, expired or not known."


class SetupCodeError(AppError):  # wrong, or used: nothing tells which
    status = 403
    code = "setup_code_wrong"
    detail = "This setup code is wrong, or was used already."


class EmailTakenError(ConflictError):
    code = "email_taken"
    detail = "There is an account with this e-mail address. Sign in instead."


class NotFirstError(ConflictError):
    code = "not_first"
    detail = "This site has its first account already. Sign in, or ask for an invitation."


class ProveAddressError(ConflictError):
    code = "prove_address_first"
    detail = "Confirm your e-mail address first: open the link in the e-mail that was sent to it."


class ProveByMailError(ConflictError):
    code = "prove_by_mail"
    detail = "This site sends e-mail: ask for a link to your e-mail address to join."


class MailUnavailableError(ConflictError):
    code = "mail_unavailable"
    detail = "This site sends no e-mail. Ask its administrator."


class LastAdministratorError(ConflictError):
    code = "last_administrator"
    detail = "You are the only administrator. Make somebody else an administrator first."


class NotOneselfError(ConflictError):
    code = "not_oneself"
    detail = "You cannot disable your own account. Ask another administrator."


class TooManyTokensError(ConflictError):
    code = "too_many_tokens"
    detail = "You have as many access tokens as you may. Remove one first."


class TooManyInvitesError(ConflictError):
    code = "too_many_invites"
    detail = "You have as many open invitations as you may. Revoke one first."


class TooManyPasskeysError(ConflictError):
    code = "too_many_passkeys"
    detail = "You have as many passkeys as you may. Remove one first."


class TooManyIdentitiesError(ConflictError):
    code = "too_many_identities"
    detail = "You have linked as many accounts of providers as you may. Unlink one first."


class LastWayInError(ConflictError):
    code = "last_way_in"
    detail = "This is the only way to sign in to your account. Add another one first."


class PasswordTooShortAloneError(ConflictError):
    code = "password_too_short_alone"
    detail = "Your password is too short to be the only factor. Set one of 15 characters first."


class TotpExistsError(ConflictError):
    code = "totp_exists"
    detail = "There is an authenticator app already. Remove it first."


class NoSecondFactorError(ConflictError):
    code = "no_second_factor"
    detail = "Recovery codes replace a second factor. Add a second factor first."


class LinkDeadError(AppError):  # used, expired, or never made
    status = 410
    code = "link_dead"
    detail = "This link was used, has expired, or does not exist. Ask for a new one."


class PasskeyRefusedError(ValidationFailedError):
    code = "passkey_refused"
    detail = "This passkey was not accepted. Try again; if it fails again, use another device."


class WeakPasswordError(ValidationFailedError):
    code = "weak_password"
