"""The head of a letter on its bytes: whatever people typed, there are the lines that belong there and no others."""

import re
from base64 import b64decode
from email import policy
from email.header import decode_header, make_header
from email.parser import BytesParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lc_core import addresses
from lc_core.addresses import Address
from lc_core.mail import headers

SMUGGLED = "=?utf-8?q?Ann=0d=0aBcc=3a_evil=40example.net?="
ENCODED = re.compile(rb"=\?utf-8\?b\?([A-Za-z0-9+/=]*)\?=")
PIECES = [
    *("\r\n", "\n", "\r", "\x00", "=?", "?=", "=", "?", SMUGGLED, ",", '"', "\\", "<", ">", ";", ":", "@", " ", "\t"),
    *("\r\nBcc: evil@example.net\r\n\r\n", "\u2028", "\x85", "\u202e", "\ud800", "é", "日本語", "😀", "Ann", "a" * 100),
]
HOSTILE = st.one_of(
    st.lists(st.sampled_from(PIECES), max_size=20).map("".join),
    st.text(st.characters(exclude_categories=()), max_size=300),
)


def unfolded(head: bytes) -> bytes:
    return head.replace(b"\r\n ", b" ")


def decoded(head: bytes) -> str:
    return str(make_header(decode_header(unfolded(head).decode())))


def assert_one_safe_value(head: bytes) -> None:
    """One value: no line end but of a fold, nothing but printable ASCII, nothing encoded but by us, twice or once."""
    assert re.sub(rb"\r\n (?=\S)", b"", head).isascii()
    rest = ENCODED.sub(b"", unfolded(head))
    assert all(0x20 <= octet < 0x7F for octet in unfolded(head))
    assert b"=?" not in rest
    inner = b"".join(b64decode(word) for word in ENCODED.findall(head)).decode()
    assert "=?" not in inner
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202e\ud800-\udfff]", inner)
    assert max(map(len, head.split(b"\r\n"))) < 400


@given(HOSTILE)
def test_a_subject_is_one_safe_value_whatever_was_typed(text):
    assert_one_safe_value(headers.subject(text))


@given(HOSTILE)
def test_a_name_is_one_safe_value_and_stays_beside_its_own_address(name):
    head = headers.mailbox(name, "ann@example.org")

    assert_one_safe_value(head)
    parsed = BytesParser(policy=policy.default).parsebytes(b"To: " + head + b"\r\n\r\n")
    assert [one.addr_spec for one in parsed["To"].addresses] == ["ann@example.org"]
    assert parsed.keys() == ["To"]


@pytest.mark.parametrize(
    "text", ["Fire safety", "Sécurité au travail", "安全第一 " * 12, "word " * 20 + "end", "x" * 120]
)
def test_what_is_harmless_is_read_as_it_was_typed(text):
    assert decoded(headers.subject(text)) == text.strip()
    assert max(map(len, headers.subject(text.strip()).split(b"\r\n"))) <= max(76, len(text.split(" ")[0]))


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Example, Ann", "Example, Ann"),
        ('Ann "the boss" O\\Neil', 'Ann "the boss" O\\Neil'),
        ("Ann\r\nBcc: evil@example.net", "Ann Bcc: evil@example.net"),
        ("Ann\x00\x07 Example", "Ann Example"),
        ("Żaneta, 日本", "Żaneta, 日本"),
        (SMUGGLED, SMUGGLED.replace("=?", "= ?")),
        ("=\x00?utf-8?q?x?=", "= ?utf-8?q?x?="),
        ("", ""),
    ],
)
def test_a_name_is_shown_without_what_would_move_its_neighbours(name, shown):
    head = headers.mailbox(name, "ann@example.org")
    parsed = BytesParser(policy=policy.default).parsebytes(b"To: " + head + b"\r\n\r\n")

    (one,) = parsed["To"].addresses
    assert (one.display_name, one.addr_spec) == (shown, "ann@example.org")


def test_ten_thousand_characters_are_cut():
    assert decoded(headers.subject("y" * 10_000)) == "y" * 119 + "…"
    assert decoded(headers.mailbox("x" * 10_000, "ann@example.org")) == "x" * 79 + "… <ann@example.org>"


def test_an_address_that_looks_encoded_is_left_to_the_envelope():
    address = addresses.parse("ann=?utf-8?q?=0d=0abcc=3aevil?=@example.org")
    assert isinstance(address, Address)

    assert headers.mailbox("Ann", address.display) == b"undisclosed-recipients:;"


@pytest.mark.parametrize(
    "address", ["a@b.org>", "a@b.org\r\nBcc: c@d.org", "a@b.org, c@d.org", "<a@b.org", "a b@c.org"]
)
def test_what_could_end_its_own_brackets_is_no_address(address):
    with pytest.raises(ValueError, match="not an address"):
        headers.mailbox("Ann", address)


@given(HOSTILE)
def test_every_address_that_is_one_here_can_stand_in_a_header(text):
    for raw in (text, f"{text}@example.org", f"a{''.join(text.split())}@example.org"):
        address = addresses.parse(raw)
        if isinstance(address, Address):
            head = headers.mailbox("", address.display)
            assert b"\r" not in head
            assert b"=?" not in head
