"""Estimate password strength: zxcvbn with the user's own words and a list of known phrases.

Composition rules ("a digit and a capital letter") are not used: they make passwords harder to
remember and not harder to guess (NIST SP 800-63B-4, 3.1.1.2).
"""

import re
from dataclasses import dataclass

from app.accounts.passwords.common_passphrases import KNOWN_PHRASES

# NIST SP 800-63B-4, 3.1.1.2: at least 15 characters where a password is the only factor, else 8.
SHORTEST_ALONE = 15
SHORTEST_BESIDE_A_FACTOR = 8
LONGEST = 128

# Of zxcvbn's 0 to 4: ten thousand million guesses where nothing else stands before the account,
# a hundred million where a second factor does.
_MIN_SCORE_ALONE = 4
_MIN_SCORE_BESIDE_A_FACTOR = 3

# zxcvbn takes seconds for long strings of "4@8({[" and milliseconds for pieces of them. The
# strongest piece says enough: whoever guesses the whole guesses each piece.
_PIECE = 32
_SHORTEST_WORD = 4  # shorter ones occur by chance
# Words of this product and of every sign-in page.
_SITE_WORDS = frozenset({"pinhole", "password", "passwort", "picture", "pictures", "photos"})
_LOOKALIKES = str.maketrans("0134578@$!|", "oleastbasil")

_SHORT = "Use {} characters or more. A few words in a row are easy to remember."
_LONG = f"Use {LONGEST} characters or fewer."
_KNOWN = "This is among the passwords that are tried first."
_OWN = "This is made of your address, this site's name or words that are tried first."
_REPEATED = "This repeats too few characters."
_EARLY = "This would be guessed early."


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What is to be said about a password; `refusal` says why it is not taken, if it is not."""

    score: int
    warning: str | None
    suggestions: tuple[str, ...]
    refusal: str | None


def judge(password: str, *, is_alone: bool, words: frozenset[str]) -> Judgement:
    """Judge a password in NFC.

    Args:
        password: of any length.
        is_alone: whether no second factor stands beside it.
        words: the person's and the site's own, folded.
    """
    shortest = SHORTEST_ALONE if is_alone else SHORTEST_BESIDE_A_FACTOR
    if not 0 < len(password) <= LONGEST:
        length = _LONG if password else _SHORT.format(shortest)
        return Judgement(score=0, warning=length, suggestions=(), refusal=length)
    words |= _SITE_WORDS
    best = _best_piece(password, words)
    if refusal := _rule_broken(password, shortest=shortest, words=words):
        return Judgement(
            score=min(best.score, 1),
            warning=refusal,
            suggestions=best.suggestions,
            refusal=refusal,
        )
    least = _MIN_SCORE_ALONE if is_alone else _MIN_SCORE_BESIDE_A_FACTOR
    if best.score >= least:
        return best
    refusal = " ".join((best.warning or _EARLY, *best.suggestions[:1]))
    return Judgement(
        score=best.score,
        warning=best.warning or _EARLY,
        suggestions=best.suggestions,
        refusal=refusal,
    )


def words_of(text: str) -> frozenset[str]:
    """The words of an address, folded as passwords are."""
    whole = text.casefold()
    return frozenset(
        _folded(word) for word in (*re.split(r"[\W_]+", whole), *whole.split("@"), whole)
    )


def _rule_broken(password: str, *, shortest: int, words: frozenset[str]) -> str | None:
    if len(password) < shortest:
        return _SHORT.format(shortest)
    plain = password.casefold()
    enough = shortest // 2
    for folded in (_folded(plain), _folded(plain.translate(_LOOKALIKES))):
        if len(folded) <= enough:
            continue  # hardly a letter or digit in it: nothing to look up
        if _is_made_of(KNOWN_PHRASES, folded, enough=enough):
            return _KNOWN
        if _is_made_of(words, folded, enough=enough):
            return _OWN
    if len(re.sub(r"(.)\1+", r"\1", plain)) < min(shortest, 8) or len(set(plain)) < 5:  # noqa: PLR2004
        return _REPEATED
    return None


def _folded(text: str) -> str:
    return "".join(c for c in text if c.isalnum())


def _is_made_of(words: frozenset[str], folded: str, *, enough: int) -> bool:
    """Whether it is a piece of one of these words, or too little is left without them."""
    if any(folded in word for word in words):
        return True
    for word in sorted(words, key=len, reverse=True):
        if len(word) >= _SHORTEST_WORD:
            folded = folded.replace(word, "")
    return len(folded) < enough


def _best_piece(password: str, words: frozenset[str]) -> Judgement:
    best = _ask_zxcvbn(password[:_PIECE], words)
    for start in range(_PIECE, len(password), _PIECE):
        if best.score >= _MIN_SCORE_ALONE:
            break
        another = _ask_zxcvbn(password[start : start + _PIECE], words)
        best = max(best, another, key=lambda each: each.score)
    return best


def _ask_zxcvbn(piece: str, words: frozenset[str]) -> Judgement:
    """Ask below zxcvbn's own function, which keeps one person's words for the next one's."""
    from zxcvbn import feedback, matching, scoring, time_estimates  # noqa: PLC0415 - cold start

    own = matching.build_ranked_dict(sorted(filter(None, words)))
    matches = matching.omnimatch(piece, {**matching.RANKED_DICTIONARIES, "user_inputs": own})
    found = scoring.most_guessable_match_sequence(piece, matches)
    score = time_estimates.estimate_attack_times(found["guesses"])["score"]
    advice = feedback.get_feedback(score, found["sequence"])
    return Judgement(
        score=score,
        warning=advice["warning"] or None,
        suggestions=tuple(advice["suggestions"]),
        refusal=None,
    )
