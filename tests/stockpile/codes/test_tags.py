"""Tags say what GS1's worked examples say they say, and what is written on one is read again."""

import contextlib
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countermark.stockpile.codes import epc, tags
from countermark.stockpile.codes.checks import SET_82
from countermark.stockpile.codes.elements import Refused
from tests.stockpile.codes import vectors


def test_every_worked_example_is_decoded() -> None:
    for row in vectors.rows("epc-binary-vectors.tsv"):
        read = tags.decode(row["epc_hex"])
        assert (read.scheme, read.uri) == (row["scheme"], row["pure_identity_uri"])
        assert read.tag_uri in ("", row["tag_uri"])
        if row["gs1_element_string"]:
            assert read.element_string == row["gs1_element_string"]


def test_every_worked_example_is_encoded_with_its_filter() -> None:
    judged = [row for row in vectors.rows("epc-binary-vectors.tsv") if row["scheme"] in epc.SCHEMES]
    assert len(judged) > 25
    for row in judged:
        # Older examples are written without the zero bits that fill the last word of a tag's memory.
        assert tags.encode(row["tag_uri"]).hex.rstrip("0") == row["epc_hex"].rstrip("0")


def test_the_newer_encodings_give_the_key_of_their_worked_examples() -> None:
    for row in vectors.rows("epc-plus-vectors.tsv"):
        read = tags.decode(row["epc_hex"])
        fields = dict(one.split("=", 1) for one in row["bare_identifier"].split(";") if not one.startswith("hostname="))
        values = "".join(one.value for one in read.elements)
        assert read.scheme == row["scheme"].lower()
        assert sorted(values) == sorted("".join(fields.values())), row


@pytest.mark.parametrize(
    ("uri", "scheme", "filter_value", "wanted"),
    [
        ("urn:epc:id:giai:9521141.5678", "giai-96", 3, "3476451FD40000000000162E"),
        ("urn:epc:id:giai:9521141.32a%2Fb", "giai-202", 3, "3876451FD59B2C2BF10000000000000000000000000000000000"),
        ("urn:epc:id:sgtin:95060001343.05.123456789", "sgtin-96", 3, "3066C4409047E140075BCD15"),
        (
            "urn:epc:id:sgtin:95060001343.05.32a%2Fb",
            "sgtin-198",
            3,
            "3666C4409047E159B2C2BF100000000000000000000000000000",
        ),
        ("urn:epc:id:giai:0614141.9876", "giai-96", 1, "3434257BF400000000002694"),
    ],
)
def test_the_encodings_of_weapons_hold_without_the_material(
    uri: str, scheme: str, filter_value: int, wanted: str
) -> None:
    made = tags.encode(uri, scheme, filter_value)
    assert (made.hex, made.uri, made.filter) == (wanted, uri, filter_value)


@st.composite
def identities(draw: st.DrawFn) -> tuple[str, epc.Epc]:
    scheme = draw(st.sampled_from(epc.WRITTEN))
    length = draw(st.integers(6, 12))
    company = draw(st.text("0123456789", min_size=length, max_size=length))
    if scheme.endswith("-96"):
        serial = str(draw(st.integers(0, 2**38 - 1)))
    else:
        serial = draw(st.text(sorted(SET_82), min_size=1, max_size=18))
    if scheme.startswith("giai"):
        return scheme, epc.Epc("giai", (company, serial))
    reference = draw(st.text("0123456789", min_size=13 - length, max_size=13 - length))
    return scheme, epc.Epc("sgtin", (company, reference, serial))


@given(identities(), st.sampled_from(list(epc.FILTERS)))
def test_what_is_written_on_a_tag_is_read_again_with_its_filter(
    identity: tuple[str, epc.Epc], filter_value: int
) -> None:
    scheme, said = identity
    tag = epc.decode(epc.encode(said, scheme, filter_value))
    assert tag == epc.Tag(scheme, filter_value, said)
    assert epc.read_uri(tag.uri) == tag
    assert epc.read_uri(said.uri) == said


@given(st.text("0123456789ABCDEF", max_size=60))
def test_a_damaged_tag_is_refused_and_never_raises_otherwise(text: str) -> None:
    try:
        read = tags.decode(text)
    except Refused:
        return
    assert read.uri.startswith(("urn:epc:id:", "https://id.gs1.org/"))


@given(st.text(max_size=40))
def test_any_text_for_a_uri_is_read_or_refused(text: str) -> None:
    for uri in (text, f"urn:epc:id:giai:9521141.{text}", f"urn:epc:tag:giai-202:{text}"):
        with contextlib.suppress(Refused):
            assert tags.encode(uri, "giai-202").hex.startswith("38")


@pytest.mark.parametrize("serial", ["0123", "A1", ""])
def test_a_tag_of_digits_refuses_a_serial_it_would_change(serial: str) -> None:
    with pytest.raises(Refused):
        tags.encode(f"urn:epc:id:giai:9521141.{serial}", "giai-96")


def test_a_tag_uri_and_another_filter_contradict_each_other() -> None:
    with pytest.raises(Refused, match="another encoding or filter"):
        tags.encode("urn:epc:tag:giai-96:3.9521141.5678", "giai-96", 1)


@pytest.mark.parametrize("scheme", epc.WRITTEN)
def test_a_drawn_identity_is_the_states_own_and_its_serial_says_nothing(scheme: str) -> None:
    below = random.Random(7).randrange
    reference = "012345" if scheme.startswith("sgtin") else ""
    drawn = {tags.drawn("9521141", scheme, below=below, reference=reference).hex for _ in range(50)}
    assert len(drawn) == 50
    assert {tags.decode(one).uri.split(":")[4].split(".")[0] for one in drawn} == {"9521141"}
