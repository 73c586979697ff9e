"""Which texts a blind question asks about, and that their number tells nothing."""

import pytest

from countermark.tracing.blind import psi, rules
from countermark.tracing.blind.messages import BlindMessageError, opened
from countermark.tracing.blind.rules import TEXTS, NotAsked, padded, texts_of


def test_the_mark_as_it_was_read_comes_first() -> None:
    assert texts_of("K 471108")[0] == "K471108"


def test_what_a_letter_is_mistaken_for_is_asked_about_too() -> None:
    assert {"K471108", "K4711O8"} <= set(texts_of("K 4711O8"))


def test_an_unread_place_is_asked_about_as_every_digit() -> None:
    assert {f"K47110{digit}" for digit in range(10)} <= set(texts_of("K47110?"))


@pytest.mark.parametrize("reading", ["K 471108", "K47110?", "BBBBBBBBBBBBBBBBBBBB", "7777"])
def test_every_question_has_the_same_number_of_distinct_texts(reading: str) -> None:
    asked = padded(texts_of(reading))
    assert (len(asked), len(set(asked))) == (TEXTS, TEXTS)


@pytest.mark.parametrize("reading", ["K47*", "A1?", "", "????"])
def test_a_reading_that_half_a_register_answers_to_is_not_asked_about(reading: str) -> None:
    with pytest.raises(NotAsked):
        texts_of(reading)


def test_an_asker_learns_which_of_its_texts_are_known_and_no_other() -> None:
    answerer, asker = psi.new_secret(), psi.new_secret()
    setup = psi.setup_of(answerer, ["K471108", "AB123", "ZZ999"])
    reply = psi.reply_to(answerer, psi.question_of(asker, padded(["X1", "K471108"])))
    assert psi.hits(asker, setup, reply) == [1]


def test_a_new_secret_makes_another_set_up_of_the_same_marks() -> None:
    assert psi.setup_of(psi.new_secret(), ["K471108"]) != psi.setup_of(psi.new_secret(), ["K471108"])


@pytest.mark.parametrize("points", [b"", b"\xff\xff", b"nonsense", b"\x0a\x21" + b"\x00" * 33])
def test_points_that_are_none_are_refused(points: bytes) -> None:
    with pytest.raises(psi.BlindError):
        psi.reply_to(psi.new_secret(), points)


def test_as_many_points_as_asked_for_that_lie_on_no_curve_are_refused() -> None:
    with pytest.raises(psi.BlindError, match="curve"):
        psi.reply_to(
            psi.new_secret(),
            b"\x08\x01" + (b"\x12\x21" + b"\x05" * 33) * TEXTS,
        )


def test_a_text_larger_than_may_be_is_not_even_opened() -> None:
    with pytest.raises(BlindMessageError, match="larger"):
        opened("x" * 11, ["question"], lambda _: [], 10)


def test_padding_is_never_the_text_of_a_mark() -> None:
    assert all(text.startswith("\0") for text in rules.padded([]))
