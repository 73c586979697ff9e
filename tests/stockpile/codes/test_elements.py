"""GS1 element strings and Digital Links are read as GS1 says, against the calls of its own syntax engine where at hand."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countermark.stockpile.codes import elements, links
from countermark.stockpile.codes.checks import SET_82
from countermark.stockpile.codes.elements import Element, Refused
from tests.stockpile.codes import vectors

ENGINE = "gs1-ai-vectors.jsonl"
BUFFERS = ("inbuf", "buf")
"""Calls whose text the vectors do not hold."""


def calls(name: str) -> list[tuple[list[str], dict[str, str]]]:
    return [(row["args"], row["flags"]) for row in vectors.lines(ENGINE) if row["call"] == name]


def result(call: Any, *given: Any) -> Any:
    try:
        return call(*given)
    except Refused:
        return None


def as_written(found: tuple[Element, ...] | None) -> str:
    return "" if found is None else "^" + elements.written(found).replace(elements.SEPARATOR, "^")


def test_strings_in_brackets_are_read_as_the_syntax_engine_reads_them() -> None:
    judged = [args for args, _ in calls("parseAIdata") if args[1] not in BUFFERS]
    assert [as_written(result(elements.read_bracketed, text)) for _, text, _ in judged] == [
        want for _, _, want in judged
    ]


def test_scanned_strings_are_accepted_and_refused_as_the_syntax_engine_does() -> None:
    judged = [args for args, _ in calls("processAIdata") if args[1].startswith("^")]
    assert len(judged) > 40
    for wanted, text in judged:
        found = result(elements.read, text.replace("^", elements.SEPARATOR))
        assert (found is not None) == (wanted == "true"), text


def test_every_content_check_refuses_and_accepts_as_the_syntax_engine_does() -> None:
    for text, wanted in (args for args, _ in calls("linter")):
        assert (result(elements.read_bracketed, text) is not None) == (wanted == "GS1_LINTER_OK"), text


def test_what_excludes_and_what_needs_each_other_is_found_as_the_syntax_engine_finds_it() -> None:
    for (wanted, rule, text), _ in calls("validateAIs"):
        found = result(elements.read_bracketed, text)
        if found is None:
            continue  # AIs nobody has allocated, which the engine was told to allow
        wrong, missing = elements.associations(found)
        judged = wrong if rule in ("validateAIrepeats", "validateAImutex") else missing
        assert (not judged) == (wanted == "true"), text


def _lenient(flags: dict[str, str], text: str) -> bool:
    """What the engine was told to refuse or allow and we do otherwise: old words and short numbers in links are read."""
    return (
        flags.get("PermitUnknownAIs") == "true"
        or "/gtin/" in text
        or flags.get("PermitZeroSuppressedGTINinDLuris") == "false"
    )


def test_links_are_read_as_the_syntax_engine_reads_them() -> None:
    judged = [(args, flags) for args, flags in calls("parseDLuri") if not _lenient(flags, args[1]) or args[0] == "true"]
    judged = [(args, flags) for args, flags in judged if flags.get("PermitUnknownAIs") != "true"]
    assert len(judged) > 40
    for (_, text, wanted), _ in judged:
        assert as_written(result(links.read, text)) == wanted, text


def test_links_are_written_as_the_syntax_engine_writes_them() -> None:
    for (_, domain, text, wanted), _ in calls("testGenerateDLuri"):
        made = result(lambda text=text, domain=domain: links.written(elements.read_bracketed(text), _domain(domain)))
        assert (made or "") == wanted, text


def _domain(text: str) -> str:
    return links.DOMAIN if text == "NULL" else text


def test_the_table_has_every_identifier_of_the_dictionary_and_no_other() -> None:
    listed = re.findall(r"^(\d{2,4})(?:-(\d{2,4}))?\s", vectors.text("gs1-syntax-dictionary.txt"), re.MULTILINE)
    wanted = {f"{number:0{len(low)}}" for low, high in listed for number in range(int(low), int(high or low) + 1)}
    assert {code for length in (2, 3, 4) for code in _codes(length) if elements.known(code)} == wanted


def _codes(length: int) -> list[str]:
    return [f"{number:0{length}}" for number in range(10**length)]


def test_an_asset_number_of_a_weapon_is_read() -> None:
    assert elements.read("8004952114132A/B") == (Element("8004", "952114132A/B"),)


def test_a_misread_digit_of_a_product_number_is_refused_in_words() -> None:
    with pytest.raises(Refused, match="check digit"):
        elements.read("0109506000134353")


def test_the_check_pair_of_a_global_model_number_is_that_of_the_standards_example() -> None:
    assert elements.read_bracketed("(8013)1987654Ad4X4bL5ttr2310c2K")
    with pytest.raises(Refused, match="check characters"):
        elements.read_bracketed("(8013)1987654Ad4X4bL5ttr2310c2J")


def test_an_account_number_with_a_wrong_check_is_refused() -> None:
    assert elements.read_bracketed("(8007)GB82WEST12345698765432")
    with pytest.raises(Refused, match="account number"):
        elements.read_bracketed("(8007)GB82WEST12345698765433")


@pytest.mark.parametrize("day", ["260230", "261301", "260431"])
def test_a_day_that_there_is_not_is_refused(day: str) -> None:
    with pytest.raises(Refused, match="there is no"):
        elements.read_bracketed(f"(11){day}")


def test_day_nought_means_the_month() -> None:
    assert elements.read_bracketed("(11)260200")


def test_a_missing_companion_is_said_and_refuses_nothing() -> None:
    wrong, missing = elements.associations((Element("21", "A1"),))
    assert (wrong, [str(one) for one in missing]) == ([], ["(21) says little without 01 / 03 / 8006"])


SERIALS = st.text(sorted(SET_82), min_size=1, max_size=20)


@given(SERIALS, SERIALS, st.booleans())
def test_what_is_written_is_read_again(serial: str, batch: str, first: bool) -> None:
    two = [Element("21", serial), Element("10", batch)]
    found = (Element("01", "09506000134352"), *(two if first else reversed(two)))
    assert elements.read(elements.written(found)) == found
    assert elements.read_bracketed(elements.bracketed(found)) == found


@given(SERIALS)
def test_a_link_is_read_as_it_was_written(serial: str) -> None:
    found = (Element("01", "09506000134352"), Element("21", serial))
    assert links.read(links.written(found)) == found
