"""The header lines of a letter: whatever people typed, what comes out are these lines and no others (safety: Output)."""

import re
from base64 import b64encode
from collections.abc import Iterator
from urllib.parse import quote

MOST_IN_SUBJECT = 120
MOST_IN_NAME = 80
"""Characters: what is longer ends in an ellipsis."""
ONE_CLICK = b"List-Unsubscribe-Post: List-Unsubscribe=One-Click"
FOLDED_AT = 76
OCTETS_IN_WORD = 39
"""How much text an encoded word carries, so that a line of one is short enough beside any header's name."""

# line ends and other controls, halves of characters, and the marks that turn the direction of what follows
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]+")


def one_line(text: str) -> str:
    """The text with a space for each run of control characters: it stays where it is put, and no longer moves its neighbours."""
    return text if text.isprintable() else _UNSEEN.sub(" ", text)


def value(text: str, most: int) -> str:
    """A text as a header may carry it, not encoded yet: one line of `most` characters, nothing in it that looks encoded.

    What looks like an encoded word is broken up: programs that decode it would find whole lines in it (CVE-2024-6923).
    """
    plain = " ".join(one_line(text).split()).replace("=?", "= ?")
    return plain if len(plain) <= most else plain[: most - 1].rstrip() + "…"


def subject(text: str) -> bytes:
    """A subject's value, folded."""
    plain = value(text, MOST_IN_SUBJECT)
    return b"\r\n ".join(_folded(plain) if plain.isascii() else _encoded(plain))


def mailbox(name: str, address: str) -> bytes:
    """The value of From or To. `address`: as addresses.py read it; one that could end its own brackets is a ValueError."""
    if not address.isprintable() or re.search(r'[\s<>(),:;"\\\[\]]', address):
        raise ValueError("this is not an address that a header can carry")
    if "=?" in address:  # it cannot be broken up, and the envelope has it
        return b"undisclosed-recipients:;"
    plain = value(name, MOST_IN_NAME)
    if not plain:
        return address.encode()
    escaped = plain.replace("\\", "\\\\").replace('"', '\\"')
    words = [f'"{escaped}"'.encode()] if plain.isascii() else [*_encoded(plain)]
    return b"\r\n ".join([*words, f"<{address}>".encode()])


def unsubscribe(url: str) -> list[bytes]:
    """The lines by which mail programs end letters of a kind: with one click where it goes over https (RFC 2369, 8058).

    Whatever cannot stand between the brackets is escaped.
    """
    address = quote(url, safe=":/?=&%#[]@!$'()*+;~")
    line = b"List-Unsubscribe: <" + address.encode("ascii") + b">"
    return [line, ONE_CLICK] if address.startswith("https://") else [line]


def _folded(plain: str) -> Iterator[bytes]:
    """The words of an ASCII text in lines as long as they may be, its single spaces at the folds."""
    line = ""
    for word in plain.split(" "):
        if line and len(line) + len(word) >= FOLDED_AT - len("Subject: "):
            yield line.encode("ascii")
            line = word
        else:
            line = f"{line} {word}".lstrip()
    yield line.encode("ascii")


def _encoded(plain: str) -> Iterator[bytes]:
    """The text as encoded words (RFC 2047), cut between characters; readers join them without the space between."""
    portion = b""
    for character in plain:
        octets = character.encode()
        if len(portion) + len(octets) > OCTETS_IN_WORD:
            yield b"=?utf-8?b?" + b64encode(portion) + b"?="
            portion = b""
        portion += octets
    yield b"=?utf-8?b?" + b64encode(portion) + b"?="
