"""What one e-mail address is: how it is compared, how it is shown, and why something is none."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import idna
from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email

from lc_core.reasons import Reason

EMAIL_MAX = 254  # octets, as mail servers count them (RFC 5321): the local part as UTF-8, the domain as A-label
LOCAL_PART_MAX = 64
_TYPED_MAX = 4 * EMAIL_MAX
"""Characters of the longest address as somebody may have typed it: NFC makes one of at most four."""

_WHITE = "\t\n\v\f\r\x85"  # white space that Unicode files under control characters; the rest are the categories Z*
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
# shown as nothing, and yet letters, marks or symbols to Unicode: fillers, joiners, variation selectors
_HIDDEN_LETTERS = re.compile(
    r"[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_FULL_WIDTH = re.compile(r"[\uff00-\uffef]")
_ATOM = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+"  # RFC 5322 3.2.3, in lower case
_DOT_ATOM = re.compile(rf"{_ATOM}(\.{_ATOM})*")
_WORLD_ATOM = r"[a-z0-9!#$%&'*+/=?^_`{|}~\x80-\U0010ffff-]+"  # RFC 6531 3.3, in lower case
_WORLD_DOT_ATOM = re.compile(rf"{_WORLD_ATOM}(\.{_WORLD_ATOM})*")
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_MAIL_DOMAIN = re.compile(rf"(?:{_LABEL}\.)+{_LABEL}(?<=[a-z])")  # no number is a top level
_UNUSABLE = tuple(f".{name}" for name in SPECIAL_USE_DOMAIN_NAMES)
_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})
_BETWEEN = re.compile(r"[\s,;|/<>\u060c\u061b\u3001\uff0c\uff1b]+")  # what people put between two addresses
_LIKE_AN_ADDRESS = re.compile(r"[^@\"()]+@[^@\"()]+")
_FORMULA = ("=", "+", "-", "@")


@dataclass(frozen=True)
class Address:
    """One e-mail address (R-INV-8): `key` says whether two are the same, `display` is what was typed, trimmed.

    Keys are computed here only, and stored as they are.
    """

    key: str
    display: str


def parse(raw: str) -> Address | Reason:
    """Read one address out of one cell, or say why there is none (R-INV-8).

    White space, byte order marks and invisible format characters fall away at the ends; nothing else is ever repaired.
    The key is the rest in NFC and lower case, its domain as IDNA-2008 A-label: no case folding, no NFKC, no rules of
    single providers.

    Where several reasons fit, the first counts: control_chars (control or invisible characters inside), missing_email,
    multiple_addresses, formula, too_long (254 octets, or 64 before the @), invalid_email (all else, `Ann <a@b.org>`
    too). Everything that begins with = + - @ is a formula: `+ann@b.org` could be somebody's address, but is far more
    often a slip or an attack, and a spreadsheet that opens the list would run it.
    """
    display = _trimmed(raw)
    if _has_hidden(display):
        return Reason.CONTROL_CHARS
    if not display:
        return Reason.MISSING_EMAIL
    # to put a million loose accents in order takes Python hours, in which the process does nothing else
    text = unicodedata.normalize("NFC", display) if len(display) <= _TYPED_MAX else display
    if _addresses_in(text) > 1:
        return Reason.MULTIPLE_ADDRESSES
    if display.startswith(_FORMULA):
        return Reason.FORMULA
    key = _key(text)
    if isinstance(key, Reason):
        return key
    return Address(key, display)


def _trimmed(text: str) -> str:
    start, end = 0, len(text)
    while start < end and _falls_away(text[start]):
        start += 1
    while end > start and _falls_away(text[end - 1]):
        end -= 1
    return text[start:end]


def _falls_away(char: str) -> bool:
    return char in _WHITE or unicodedata.category(char) in {"Zs", "Zl", "Zp", "Cf"}


def _has_hidden(text: str) -> bool:
    if text.isascii() and text.isprintable():
        return False
    return _HIDDEN_LETTERS.search(text) is not None or any(unicodedata.category(char) in _HIDDEN for char in text)


def _addresses_in(text: str) -> int:
    pieces = (piece.strip("\"'") for piece in _BETWEEN.split(text))
    return sum(_LIKE_AN_ADDRESS.fullmatch(piece) is not None for piece in pieces)


def _key(text: str) -> str | Reason:
    if len(text) > EMAIL_MAX:  # an A-label is never shorter than what it stands for
        return Reason.TOO_LONG
    local, at, domain = unicodedata.normalize("NFC", text.lower()).rpartition("@")
    a_label = _a_label(domain)
    key = local + at + (a_label or domain)
    if len(key.encode()) > EMAIL_MAX or (len(local.encode()) > LOCAL_PART_MAX and not _BETWEEN.search(local)):
        return Reason.TOO_LONG
    return key if a_label and _is_local_part(local) and not _FULL_WIDTH.search(text) else Reason.INVALID_EMAIL


@lru_cache(maxsize=4096)  # a list of addresses has few domains
def _a_label(domain: str) -> str:
    """The domain as the mail servers know it, "" where IDNA-2008 or the rules for mail domains do not allow it.

    This is what the validator says (the tests compare them), at a quarter of its price: a list may hold 100,000 domains.
    """
    if domain.isascii() and not _may_have_mail(domain):
        return ""
    if domain.isascii() and "--" not in domain:
        return domain
    try:
        shown = idna.decode(domain, strict=True) if "--" in domain else domain
        a_label = domain if domain.isascii() else ".".join(_encoded(label) for label in domain.split("."))
        _check_directions(shown)
    except UnicodeError:  # IDNAError is one, and a broken "xn--" may raise others
        return ""
    fits = len(f"a@{shown}".encode()) <= EMAIL_MAX
    return a_label if fits and _may_have_mail(a_label) and not _has_hidden(shown) else ""


@lru_cache(maxsize=4096)  # and its domains few top levels
def _encoded(label: str) -> str:
    return idna.alabel(label).decode("ascii")


def _may_have_mail(a_label: str) -> bool:
    shaped = _MAIL_DOMAIN.fullmatch(a_label) is not None and len(f"a@{a_label}") <= EMAIL_MAX
    return shaped and not f".{a_label}".endswith(_UNUSABLE)


def _check_directions(domain: str) -> None:
    """Where one label runs from right to left, each must be sure of its direction (RFC 5893 2)."""
    if any(unicodedata.bidirectional(char) in _RIGHT_TO_LEFT for char in domain):
        for label in domain.split("."):
            idna.check_bidi(label, check_ltr=True)


def _is_local_part(local: str) -> bool:
    """Nearly all are plain words with dots: asking the validator about each would take 5 s for a list of 100,000."""
    return _DOT_ATOM.fullmatch(local) is not None or _is_of_the_world(local) or _is_valid(f"{local}@example.org")


def _is_of_the_world(local: str) -> bool:
    """Words of any script, dots between them; what may be right nevertheless is left to the validator."""
    if len(local.encode()) > LOCAL_PART_MAX or _WORLD_DOT_ATOM.fullmatch(local) is None:
        return False
    kinds = [unicodedata.category(char)[0] for char in local]
    return kinds[0] != "M" and not {"C", "Z"} & set(kinds)


def _is_valid(address: str) -> bool:
    """Whether it is an address as it stands: what the validator would have to rewrite first is not."""
    try:
        found = validate_email(address, check_deliverability=False, allow_smtputf8=True)
    except EmailNotValidError:
        return False
    return f"{found.local_part}@{found.ascii_domain}" == address
