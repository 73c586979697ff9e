"""Reads put together by minute: a function of the set of reads, in however many pieces and whatever order they come."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countermark.stockpile.readers import reads
from countermark.stockpile.readers.reads import AHEAD_MS, SLOT_MS, STALE_MS, Key, Read, Seen, gather, joined

EPC = "3476451FD40000000000162E"
NOW = 1_796_000_000_000

READS = st.lists(
    st.builds(
        Read,
        tag=st.sampled_from([EPC, "E200"]),
        time=st.integers(NOW, NOW + 3 * SLOT_MS),
        antenna=st.integers(0, 2),
        tid=st.sampled_from(["", "E2801170"]),
        rssi=st.none() | st.integers(-9000, -3000),
        reads=st.integers(1, 5),
    ),
    max_size=30,
)


@given(READS, READS, st.randoms())
def test_pieces_and_order_do_not_matter(one: list[Read], other: list[Read], chance: Random) -> None:
    whole = [*one, *other]
    chance.shuffle(whole)

    in_pieces = joined(gather("r", other), gather("r", one))

    assert gather("r", whole) == in_pieces
    assert sum(seen.reads for seen in in_pieces.values()) == sum(read.reads for read in whole)


def test_a_row_is_one_antenna_one_chip_and_one_minute() -> None:
    start = NOW // SLOT_MS * SLOT_MS
    some = [
        Read(EPC, start, 1, rssi=-6000),
        Read(EPC, start + 900, 1, rssi=-5000),
        Read(EPC, start + SLOT_MS, 1),
        Read(EPC, start, 2),
    ]

    assert gather("main/gate", some) == {
        Key("main/gate", start // SLOT_MS, EPC, 1, ""): Seen(start, start + 900, 2, -5000),
        Key("main/gate", start // SLOT_MS + 1, EPC, 1, ""): Seen(start + SLOT_MS, start + SLOT_MS, 1, None),
        Key("main/gate", start // SLOT_MS, EPC, 2, ""): Seen(start, start, 1, None),
    }


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (None, NOW),
        (NOW - 1000, NOW - 1000),
        (NOW - STALE_MS, NOW - STALE_MS),
        (NOW - STALE_MS - 1, NOW),
        (NOW + AHEAD_MS, NOW + AHEAD_MS),
        (NOW + AHEAD_MS + 1, NOW),
        (0, NOW),
    ],
)
def test_a_clock_that_is_plainly_wrong_is_not_believed(told: int | None, expected: int) -> None:
    assert reads.at(told, NOW) == expected


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("3476451fd40000000000162e", EPC),
        ("3476 451F D400 0000 0000 162E", EPC),
        ("0x8a450224", "8A450224"),
        ("", ""),
        ("8a4", ""),
        ("8a45022", ""),
        ("not hex!", ""),
        ("30" * 64, ""),
        ("٣٤٧٦", ""),
    ],
)
def test_an_epc_is_kept_in_one_form(text: str, tag: str) -> None:
    assert reads.tag_of(text) == tag


def test_the_number_of_a_chip_has_at_least_two_words() -> None:
    assert reads.tid_of("e2801170200014cd9b5a08ec") == "E2801170200014CD9B5A08EC"
    assert reads.tid_of("E280") == ""
