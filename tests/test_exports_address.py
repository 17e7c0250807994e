"""The address of the exports page, and how other programs read what it made: what is kept, what is left out, what runs."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lc_core.exports import address
from lc_core.exports.address import EARLIEST, LATEST, NAMES, Offers
from lc_core.exports.chosen import Chosen, Span
from lc_core.exports.datasets import DATASETS, Filter
from lc_core.exports.wanted import Format
from lc_core.vocabulary import ContractStatus, ContractType

OFFERS = Offers({1: "Alpha", 2: "Beta", 30: "Gamma"}, {7: "First aid", 70: "SQL"}, ["", "North", "+ä&=#%"])
SOME_ZONES = ["UTC", "Europe/Vienna", "Asia/Kathmandu"]


def some(values: Any) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(st.sampled_from(list(values)), unique=True, max_size=3).map(tuple)


def choices(offers: Offers = OFFERS, formats: Any = Format) -> st.SearchStrategy[Chosen]:
    """Anything that can be chosen of what is offered."""

    def of(name: str) -> st.SearchStrategy[Chosen]:
        dataset = DATASETS[name]
        words = [word.value for word in dataset.statuses or ()]
        return st.builds(
            lambda span, days, kind, excel, **said: Chosen(
                name,
                kind,
                span=span,
                first=days[0] if span is Span.DATES else None,
                last=days[1] if span is Span.DATES else None,
                excel=excel and kind is Format.CSV,
                **said,
            ),
            kind=st.sampled_from(list(formats)),
            columns=some(dataset.by_name),
            contracts=some(offers.contracts),
            groups=some(offers.groups) if offers.groups else st.just(()),
            types=some(ContractType),
            contract_statuses=some(ContractStatus),
            activity=st.none() | st.sampled_from(list(offers.activities)) if dataset.takes_activity else st.none(),
            statuses=some(words) if words else st.just(()),
            span=st.sampled_from(Span) if Filter.PERIOD in dataset.filters else st.just(Span.ALL),
            days=st.tuples(_days(), st.none() | st.integers(0, 400)).map(_from_and_until),
            zone=st.sampled_from(SOME_ZONES),
            excel=st.booleans(),
        )

    return st.sampled_from(sorted(DATASETS)).flatmap(of)


def _days() -> st.SearchStrategy[date | None]:
    return st.none() | st.dates(EARLIEST, LATEST - timedelta(days=400))


def _from_and_until(said: tuple[date | None, int | None]) -> tuple[date | None, date | None]:
    first, length = said
    if length is None:
        return first, None
    return first, (first or EARLIEST) + timedelta(days=length)


# --- what is kept ----------------------------------------------------------------------------------------------------


@given(chosen=choices())
def test_the_address_opens_what_was_chosen(chosen: Chosen):
    said = address.parameters(chosen)

    found = address.read(said, OFFERS, "Asia/Tokyo")

    assert found.chosen == chosen
    assert found.ignored == ()
    assert set(said) <= set(NAMES)


def test_an_address_that_says_nothing_chooses_everything():
    found = address.read({}, OFFERS, "Asia/Tokyo")

    assert found.chosen == Chosen("enrollments", zone="Asia/Tokyo")
    assert found.ignored == ()


# --- what is left out ------------------------------------------------------------------------------------------------


@given(said=st.dictionaries(st.sampled_from(NAMES), st.lists(st.text(max_size=12) | st.sampled_from(["1", "csv"]))))
def test_nothing_that_an_address_says_is_an_error(said: Mapping[str, list[str]]):
    found = address.read(said, OFFERS, "UTC")

    again = address.read(address.parameters(found.chosen), OFFERS, "UTC")
    assert again.chosen == found.chosen
    assert again.ignored == ()


@pytest.mark.parametrize(
    ("said", "ignored"),
    [
        ({"data": ["people"]}, ["data=people"]),
        ({"contract": ["1", "4", "01", "-1", "x"]}, ["contract=4", "contract=01", "contract=-1", "contract=x"]),
        ({"contract": ["1", "1"]}, []),
        ({"group": ["North", "South"]}, ["group=South"]),
        ({"type": ["Voucher", "deal"]}, ["type=Voucher", "type=deal"]),
        ({"contract_status": ["active", "over"]}, ["contract_status=over"]),
        ({"activity": ["8"]}, ["activity=8"]),
        ({"activity": ["7", "70"]}, ["activity=70"]),
        ({"column": ["person", "secret"]}, ["column=secret"]),
        ({"status": ["accepted"]}, ["status=accepted"]),
        ({"data": ["contracts"], "activity": ["7"], "period": ["last_month"]}, ["period=last_month", "activity=7"]),
        ({"data": ["activities"], "status": ["enrolled"]}, ["status=enrolled"]),
        ({"period": ["28"]}, ["period=28"]),
        (
            {"period": ["dates"], "from": ["2026-02-30"], "until": ["1500-01-01"]},
            ["from=2026-02-30", "until=1500-01-01"],
        ),
        (
            {"period": ["dates"], "from": ["2026-02-02"], "until": ["2026-02-01"]},
            ["from=2026-02-02", "until=2026-02-01"],
        ),
        ({"from": ["2026-02-02"]}, ["from=2026-02-02"]),
        ({"zone": ["Mars/Olympus"]}, ["zone=Mars/Olympus"]),
        ({"zone": ["localtime"]}, ["zone=localtime"]),
        ({"format": ["pdf"]}, ["format=pdf"]),
        ({"format": ["xlsx"], "excel": ["yes"]}, ["excel=yes"]),
        ({"excel": ["1"]}, ["excel=1"]),
        ({"unknown": ["x"], "part": ["dictionary"]}, []),
    ],
    ids=str,
)
def test_what_an_address_says_wrongly_is_left_out_and_told(said: dict[str, list[str]], ignored: list[str]):
    found = address.read(said, OFFERS, "UTC")

    assert [f"{name}={value}" for name, value in found.ignored] == ignored


def test_all_time_zones_that_are_offered_can_be_chosen():
    zones = address.zones()

    assert zones[0] == "UTC"
    assert len(set(zones)) == len(zones) > 400
    assert {Chosen("enrollments", zone=zone).zone for zone in zones[:5]} == set(zones[:5])
