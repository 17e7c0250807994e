"""What one e-mail address is (R-INV-8)."""

import string
import unicodedata

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import assume, example, given
from hypothesis import strategies as st

from lc_core.addresses import EMAIL_MAX, Address, parse
from lc_core.reasons import Reason

WHY_NOT = {
    Reason.CONTROL_CHARS,
    Reason.MISSING_EMAIL,
    Reason.MULTIPLE_ADDRESSES,
    Reason.FORMULA,
    Reason.TOO_LONG,
    Reason.INVALID_EMAIL,
}
CONTROLS = "\x00\x07\t\n\r\x1f\x7f\x85\ud800"
UNSEEN = "\u00ad\u034f\u115f\u200b\u200d\u200e\u2028\u202e\u2066\u2800\u3164\ufe0f\ufeff\uffa0\U000e0101"
LONG_DOMAIN = ".".join(["b" * 63] * 3)  # 191 octets

letters = st.sampled_from(string.ascii_lowercase + string.digits + "äéñøžбжяäé")
domains = st.sampled_from(
    ["example.org", "münchen.example.org", "xn--mnchen-3ya.de", "faß.de", "пример.example.com", "例え.jp"]
)
addresses = st.builds("{}@{}".format, st.text(letters, min_size=1, max_size=20), domains)
edges = st.text("\ufeff\u200b\u200f\u00a0\u3000 \t\r\n", max_size=4)
cells = st.one_of(
    st.text(),
    st.emails(),
    st.builds("{}{}{}".format, edges, addresses, edges),
    st.builds("{}@{}".format, st.text(), st.text()),
    st.builds("a@xn--{}.org".format, st.text(string.ascii_lowercase + string.digits + "-")),
)


def key(raw: str) -> str:
    found = parse(raw)
    assert isinstance(found, Address), (raw, found)
    return found.key


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("ann@example.org", "ann@example.org"),
        ("Ann.O'Hara+Work@Example.ORG", "ann.o'hara+work@example.org"),
        ("a.n.n@gmail.com", "a.n.n@gmail.com"),  # no provider's own rules: dots and tags count
        ("a/b@example.org", "a/b@example.org"),
        ("JOSÉ@example.org", "josé@example.org"),
        ("jose\u0301@example.org", "josé@example.org"),  # NFC
        ("\u212aate@example.org", "kate@example.org"),  # the Kelvin sign is a K, to NFC too
        ("ﬁ@example.org", "ﬁ@example.org"),  # no NFKC: a ligature stays one
        ("strauß@example.org", "strauß@example.org"),  # no casefold: ß is not ss
        ("ann@münchen.de", "ann@xn--mnchen-3ya.de"),
        ("ann@MÜNCHEN.DE", "ann@xn--mnchen-3ya.de"),
        ("ann@XN--MNCHEN-3YA.DE", "ann@xn--mnchen-3ya.de"),
        ("ann@faß.de", "ann@xn--fa-hia.de"),  # IDNA 2003 made this fass.de, which belongs to somebody else
        ("ann@مثال.com", "ann@xn--mgbh0fb.com"),
        ("ann@1.example.org", "ann@1.example.org"),
    ],
)
def test_an_address_has_one_key(raw: str, expected: str) -> None:
    assert parse(raw) == Address(key=expected, display=raw)


@pytest.mark.parametrize(
    "edge", [" ", "\t", "\r\n", "\u00a0", "\u3000", "\u2028", "\x85", "\ufeff", "\u200b", "\u200f", "\u202e", "\u00ad"]
)
def test_white_space_and_invisible_characters_fall_away_at_the_ends(edge: str) -> None:
    assert parse(f"{edge} Ann@example.org{edge}") == Address(key="ann@example.org", display="Ann@example.org")


def test_turkish_letters_are_not_mixed_up_with_the_latin_i() -> None:
    assert len({key("i@example.org"), key("\u0131@example.org"), key("\u0130@example.org")}) == 3
    assert key("I@example.org") == key("i@example.org")


@pytest.mark.parametrize("inside", CONTROLS + UNSEEN)
def test_invisible_characters_inside_are_refused_and_not_repaired(inside: str) -> None:
    assert parse(f"an{inside}n@example.org") is Reason.CONTROL_CHARS
    assert parse(f"ann@exa{inside}mple.org") is Reason.CONTROL_CHARS


@pytest.mark.parametrize("raw", ["", " ", "\t\r\n", "\u00a0", "\ufeff", "\u200b\u200f ", "\u3000"])
def test_a_cell_with_nothing_visible_in_it_has_no_address(raw: str) -> None:
    assert parse(raw) is Reason.MISSING_EMAIL


@pytest.mark.parametrize(
    "raw",
    [
        "ann@example.org, bob@example.org",
        "ann@example.org;bob@example.org",
        "ann@example.org bob@example.org",
        "ann@example.org\u00a0bob@example.org",
        "ann@example.org/bob@example.org",
        "ann@example.org、bob@example.org",
        '"ann@example.org","bob@example.org"',
        "Ann <ann@example.org>, Bob <bob@example.org>",
        "ann@example.org <ann@example.org>",
        "=ann@example.org;bob@example.org",
    ],
)
def test_two_addresses_in_one_cell_are_too_many(raw: str) -> None:
    assert parse(raw) is Reason.MULTIPLE_ADDRESSES


@pytest.mark.parametrize(
    "raw",
    [
        "=1+1",
        "\t=1+1",
        "+ann@example.org",
        "-ann@example.org",
        "=ann@example.org",
        "@SUM(A1:A2)",
        "@",
        '=HYPERLINK("mailto:ann@example.org","bob@example.org")',
        "=" + "1" * 300,
    ],
)
def test_what_begins_like_a_formula_is_refused_even_where_it_might_be_an_address(raw: str) -> None:
    assert parse(raw) is Reason.FORMULA


@pytest.mark.parametrize(
    "raw",
    [
        "ann",
        "ann@",
        "ann@example",
        "ann@localhost",
        "ann@[192.0.2.1]",
        "ann@192.0.2.1",
        "ann@example..org",
        "ann@example.org.",
        "ann@-example.org",
        "ann@exa_mple.org",
        "ann@" + "b" * 64 + ".org",
        "ann@xn--a.org",
        "ann@xn--zzzzzzz99999.org",
        "ann@☃.net",  # IDNA 2003 had snowmen, 2008 has not
        "ann@xn--n3h.net",
        "ann@example。org",
        "ann@ﬁ.org",
        ".ann@example.org",
        "ann.@example.org",
        "a..nn@example.org",
        "a nn@example.org",
        "a\u00a0nn@example.org",
        "ann@@example.org",
        "ann@bob@example.org",
        "ann@example.org,",
        "\u0301ann@example.org",
        "a\u037enn@example.org",  # the Greek question mark becomes a semicolon in NFC
        '"ann"@example.org',
        '"a nn"@example.org',
        "ann(at work)@example.org",
        "ann@example.org (at work)",
        "mailto:ann@example.org",
        "Ann <ann@example.org>",
        "<ann@example.org>",
        "Dr. Ann Somebody, Department of Things That Need a Long Name and Then Some <ann@example.org>",
        "ann\uff20example.org",  # full-width forms, from here on
        "\uff41nn@example.org",
        "ann@\uff45xample.org",
        "ann@example\uff0eorg",
        "ann@example.org\uff0b",
    ],
)
def test_what_is_no_address_is_refused(raw: str) -> None:
    assert parse(raw) is Reason.INVALID_EMAIL


@pytest.mark.parametrize("local", ["a" * 64, "é" * 32])
def test_sixty_four_octets_are_allowed_before_the_at_sign(local: str) -> None:
    assert key(f"{local}@example.org") == f"{local}@example.org"
    assert parse(f"a{local}@example.org") is Reason.TOO_LONG


def test_an_address_may_have_254_octets_and_no_more() -> None:
    longest = f"{'a' * 58}@{LONG_DOMAIN}.org"

    assert len(key(longest)) == EMAIL_MAX == 254
    assert parse("a" + longest) is Reason.TOO_LONG


def test_the_length_is_that_of_the_domain_as_it_is_sent() -> None:
    typed = f"{'a' * 51}@{LONG_DOMAIN}.ü.org"  # 250 octets as typed, 255 as ...xn--tda.org

    assert parse(typed) is Reason.TOO_LONG
    assert parse(typed.replace("ü", "xn--tda")) is Reason.TOO_LONG
    assert key(typed[1:]) == key(typed[1:].replace("ü", "xn--tda"))


def test_an_address_may_be_typed_with_each_accent_apart() -> None:
    name = "\u1f82" * 20  # alpha with three accents: four characters, when they stand apart

    assert key(unicodedata.normalize("NFD", f"{name}@{'ǖ' * 20}.org")) == key(f"{name}@{'ǖ' * 20}.org")


def test_accents_without_end_are_no_work() -> None:  # putting them in order takes hours: it is not tried
    accents = "\u0301\u0323" * 1_000_000

    assert parse(f"a{accents}@example.org") is Reason.TOO_LONG
    assert parse(f"a{accents}@example.org, b@example.org") is Reason.MULTIPLE_ADDRESSES


@pytest.mark.parametrize(
    ("raw", "first"),
    [
        ("=a@example.org\x00;b@example.org", Reason.CONTROL_CHARS),
        ("\x00", Reason.CONTROL_CHARS),
        ("=a@example.org;" + "b" * 300 + "@example.org", Reason.MULTIPLE_ADDRESSES),
        ("=" + "a" * 300, Reason.FORMULA),
        ("a" * 300, Reason.TOO_LONG),
        ("a" * 65 + "@-example.org", Reason.TOO_LONG),
    ],
)
def test_where_several_reasons_fit_the_first_of_the_list_counts(raw: str, first: Reason) -> None:
    assert parse(raw) is first


@given(cells)
@example("a@xn--0.org")
def test_every_cell_is_an_address_or_has_a_reason(raw: str) -> None:
    found = parse(raw)

    assert isinstance(found, Address) or found in WHY_NOT


@given(cells)
@example("\u0130@example.org")
@example("ΟΔΟΣ@example.org")
def test_reading_an_address_again_changes_nothing(raw: str) -> None:
    found = parse(raw)
    assume(isinstance(found, Address))
    assert isinstance(found, Address)

    assert parse(found.display) == found
    assert key(found.key) == found.key


@given(cells)
def test_a_key_is_lower_case_nfc_short_and_has_an_ascii_domain(raw: str) -> None:
    found = parse(raw)
    assume(isinstance(found, Address))
    assert isinstance(found, Address)

    assert found.key == found.key.lower() == unicodedata.normalize("NFC", found.key)
    assert found.key.rpartition("@")[2].isascii()
    assert len(found.key.encode()) <= EMAIL_MAX
    assert found.display in raw


@given(addresses, edges, edges)
def test_case_accents_and_edges_do_not_make_another_person(address: str, before: str, after: str) -> None:
    spellings = [address.upper(), address.title(), unicodedata.normalize("NFD", address), before + address + after]
    assume("ß" not in address)  # its capital is SS, which is another word

    assert {key(spelling) for spelling in spellings} == {key(address)}


@given(st.text(string.ascii_lowercase + string.digits + "!#$%&'*?^_`{}~.+=-\"()[]:\\", max_size=64))
def test_a_plain_local_part_is_judged_as_the_validator_does(local: str) -> None:
    address = f"x{local}@example.org"
    assume(len(local) < 64)
    try:
        validate_email(address, check_deliverability=False)
        valid = True
    except EmailNotValidError:
        valid = False

    assert isinstance(parse(address), Address) == valid
