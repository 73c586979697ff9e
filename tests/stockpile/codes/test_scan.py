"""One scan means one thing, said surely where it is sure; what only may be meant stands beside."""

import json
import time
import uuid

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from countermark.register import papercodes
from countermark.stockpile.codes import describing, house, layouts, scan, serials
from countermark.stockpile.codes.elements import SEPARATOR
from countermark.stockpile.codes.scanning import KINDS
from tests.stockpile.codes import vectors

WEAPON = "0d2a7a52-6c5f-5e0c-9a57-3f2b6f0a1c11"
CARD = house.code_of("person", 123_456_789)


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("]d28004952114132A/B", "asset", "(8004)952114132A/B"),
        ("]C18004952114132A/B", "asset", "(8004)952114132A/B"),
        ("]Q38003095211411234545678", "asset", "(8003)095211411234545678"),
        (f"]C10109506000134352{SEPARATOR}21A1", "item", "(01)09506000134352(21)A1"),
        ("]d2010950600013435221A1" + SEPARATOR + "10LOT", "item", "(01)09506000134352(21)A1"),
        ("(01)09506000134352(21)A1", "item", "(01)09506000134352(21)A1"),
        ("[01]09506000134352[21]A1", "item", "(01)09506000134352(21)A1"),
        ("https://id.gs1.org/01/09506000134352/21/A1", "item", "(01)09506000134352(21)A1"),
        ("]Q1https://id.gs1.org/8004/952114132a%2Fb", "asset", "(8004)952114132a/b"),
        ("(00)106141412345678908", "shipment", "(00)106141412345678908"),
        ("(414)0614141123452(254)5678", "place", "(414)0614141123452(254)5678"),
        ("]E09506000134352", "product", "(01)09506000134352"),
        ("3476451FD40000000000162E", "asset", "(8004)95211415678"),
        ("34 76 45 1F D4 00 00 00 00 00 16 2e", "asset", "(8004)95211415678"),
        ("FA3952114132E83C2BF10", "asset", "(8004)952114132a/b"),
        ("urn:epc:id:giai:9521141.5678", "asset", "(8004)95211415678"),
        ("urn:epc:tag:giai-96:3.9521141.5678", "asset", "(8004)95211415678"),
        ("E28011700000020A1B2C3D4E", "tag", "E28011700000020A1B2C3D4E"),
        (WEAPON, "weapon", WEAPON),
        (f"urn:uuid:{WEAPON.upper()}", "weapon", WEAPON),
        (f"https://depot.example/weapons/{WEAPON}/", "weapon", WEAPON),
        (house.weapon_code(WEAPON), "weapon", WEAPON),
        (house.shown(house.weapon_code(WEAPON)).lower(), "weapon", WEAPON),
        (CARD, "person", CARD),
        (house.shown(house.code_of("receipt", 5)), "receipt", house.code_of("receipt", 5)),
        ("]A0" + house.code_of("place", 77), "place", house.code_of("place", 77)),
        (papercodes.shown(papercodes.code_of("event", 9)), "form", papercodes.code_of("event", 9)),
        ("CM1/r-1/asker/1/" + "0" * 64, "message", "r-1"),
        ("]A0AB-1234", "serial", "AB-1234"),
        ("АБ 1234", "serial", "АБ 1234"),
        ("", "nothing", ""),
        ("\r\n", "nothing", ""),
    ],
)  # fmt: skip
def test_a_scan_means_what_stands_in_it(text: str, kind: str, value: str) -> None:
    meaning = scan(text)
    assert (meaning.kind, meaning.value) == (kind, value)


@pytest.mark.parametrize(
    "text", ["]d20109506000134353", "(8004)9", "]E09506000134353", "]Q3", "(01)09506000134352(02)09506000134352"]
)
def test_a_wrong_code_is_refused_and_says_why(text: str) -> None:
    meaning = scan(text)
    assert (meaning.kind, meaning.usable) == ("refused", False)
    assert any(one.refused and str(one.message) for one in meaning.findings)


@pytest.mark.parametrize("text", ["8004952114132A/B", "010950600013435221A1", "3476451FD40000000000162E"])
def test_what_a_scanner_does_not_say_may_be_a_plain_serial_too(text: str) -> None:
    assert [(one.kind, one.value) for one in scan(text).also] == [("serial", text)]


@pytest.mark.parametrize("sign", ["{GS}", "<GS>", "␝", "\\x1d"])
def test_a_separator_is_known_however_a_driver_writes_it(sign: str) -> None:
    assert scan(f"010950600013435221A1{sign}10LOT").value == "(01)09506000134352(21)A1"


def test_a_misread_card_is_said_and_stays_a_serial() -> None:
    misread = CARD[:4] + ("Z" if CARD[4] != "Z" else "Y") + CARD[5:]
    meaning = scan(misread)
    assert meaning.kind == "serial"
    assert "check character" in str(meaning.findings[0].message)


def test_look_alikes_of_a_typed_serial_are_asked_about_and_not_changed() -> None:
    meaning = scan("OI5B")
    assert meaning.value == "OI5B"
    assert {one.character: one.others for one in meaning.questions}.keys() == {"O", "I", "5", "B"}
    assert {"0I5B", "O15B", "OISB", "OI58"} <= set(serials.spellings("OI5B"))


def test_a_scanned_serial_was_read_exactly_and_is_not_asked_about() -> None:
    assert not scan("]C0OI5B").questions


@pytest.mark.parametrize(
    ("text", "said"),
    [("АB12", "two alphabets"), ("AB١٢", "compared as AB12"), ("ＡＢ１２", "compared as AB12")],
)
def test_mixed_scripts_and_foreign_digits_are_asked_about(text: str, said: str) -> None:
    meaning = scan(text)
    assert meaning.value == text
    assert said in str(meaning.findings[0].message)


def test_a_cyrillic_letter_names_the_latin_one_it_resembles() -> None:
    assert [(one.character, one.others) for one in scan("Х").questions] == [("Х", "X")]


@given(st.text(st.characters()))
@example("AB\udcff1")
def test_no_text_raises_and_every_text_has_a_kind(text: str) -> None:
    meaning = scan(text)
    assert meaning.kind in KINDS
    assert all(describing.lines(meaning))
    assert json.loads(msgspec.json.encode(describing.as_data(meaning)))["kind"] == meaning.kind


@given(
    st.sampled_from(
        ["]d2", "]C1", "]E0", "(8004)", "https://a/8004/", "urn:epc:id:", "WN", "PC", "3476", "F7", "8004"]
    ),
    st.text(),
)
def test_no_text_raises_whatever_it_begins_with(start: str, text: str) -> None:
    assert scan(start + text).kind in KINDS


@given(st.uuids())
def test_the_code_of_a_weapon_leads_back_to_it(weapon_id: uuid.UUID) -> None:
    assert scan(house.shown(house.weapon_code(weapon_id))).value == str(weapon_id)


@given(
    st.sampled_from(sorted(house.LETTERS)), st.integers(0, house.NUMBERS - 1), st.integers(2, 10), st.integers(1, 31)
)
def test_one_misread_character_of_a_code_of_ours_is_noticed(kind: str, number: int, place: int, step: int) -> None:
    code = house.code_of(kind, number)
    alphabet = papercodes.ALPHABET
    other = alphabet[(alphabet.index(code[place]) + step) % 32]
    assert scan(code).kind == kind
    assert scan(code[:place] + other + code[place + 1 :]).kind == "serial"


def test_what_scanners_send_is_judged_as_the_syntax_engine_judges_it() -> None:
    calls = [row["args"] for row in vectors.lines("gs1-ai-vectors.jsonl") if row["call"] == "testProcessScanData"]
    judged = [args for args in calls if args[1][1:3] in ("e0", "C1", "Q3", "d2", "J1", "E0", "E4")]
    assert len(judged) > 10
    for wanted, text, _, _ in judged:
        assert scan(text).usable == (wanted == "true"), text


@pytest.mark.parametrize("name", ["Russian", "French", "Arabic"])
@pytest.mark.parametrize("code", [house.weapon_code(WEAPON), CARD, f"urn:uuid:{WEAPON}", "(01)09506000134352(21)A1"])
def test_a_keyboard_set_to_another_script_is_asked_about(name: str, code: str) -> None:
    meaning = scan(layouts.typed(code, name))
    assert scan(code).value in [one.value for one in meaning.also]
    assert meaning.kind in ("serial", "refused")
    assert f"is the keyboard set to {name}?" in " ".join(str(one.message) for one in meaning.findings)


@pytest.mark.parametrize(
    "text", ["https://a" + "/" * 4000, "O0" * 2000, "9" * 4090, "(99)" * 1000, "urn:epc:id:gid:" + "9" * 4000 + ".1.1"]
)
def test_a_long_text_is_answered_at_once(text: str) -> None:
    began = time.monotonic()
    assert not scan(text).usable
    assert time.monotonic() - began < 1
