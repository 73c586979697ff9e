"""Sentences: English for programs, told in other languages, kept without losing what stands in them."""

import json
import pickle

from hypothesis import given
from hypothesis import strategies as st

from countermark.marks.sentences import Sentence, packed, said, sentence, told, unpacked

GERMAN = {
    "at most %(longest)d characters": "höchstens %(longest)d Zeichen",
    "%(file)s: %(problem)s": "In %(file)s: %(problem)s",
}
TEXTS = st.text(max_size=20)
SENTENCES = st.recursive(
    st.builds(lambda text: Sentence("about %(what)s", what=text), TEXTS),
    lambda inner: st.builds(lambda one, number: Sentence("%(n)d: %(one)s", one=one, n=number), inner, st.integers()),
    max_leaves=5,
)


def german(message: str) -> str:
    return GERMAN.get(message, message)


def marked(message: str) -> str:
    return f"[{message}]"


def test_a_sentence_is_its_own_english_text() -> None:
    assert Sentence("at most %(longest)d characters", longest=200) == "at most 200 characters"


def test_a_sentence_is_told_in_another_language_with_its_values() -> None:
    assert Sentence("at most %(longest)d characters", longest=200).told(german) == "höchstens 200 Zeichen"


def test_a_sentence_inside_a_sentence_is_told_too() -> None:
    inner = Sentence("at most %(longest)d characters", longest=3)
    assert (
        Sentence("%(file)s: %(problem)s", file="a.csv", problem=inner).told(german) == "In a.csv: höchstens 3 Zeichen"
    )


def test_a_percent_sign_in_a_value_is_left_alone() -> None:
    assert Sentence("%(file)s: %(problem)s", file="100%s.csv", problem="%d").told(german) == "In 100%s.csv: %d"


def test_a_plain_text_is_told_as_it_is() -> None:
    assert told("at most %(longest)d characters", german) == "at most %(longest)d characters"


def test_a_plain_text_becomes_a_message_without_values() -> None:
    assert sentence("100 % sure").told(german) == "100 % sure"


def test_an_exception_says_the_sentence_it_was_raised_with() -> None:
    assert isinstance(said(ValueError(Sentence("%(file)s: %(problem)s", file="a", problem="b"))), Sentence)


def test_an_exception_without_a_sentence_says_its_text() -> None:
    assert said(KeyError("gone")) == "'gone'"


@given(SENTENCES)
def test_a_sentence_kept_as_json_comes_back_the_same(one: Sentence) -> None:
    again = unpacked(json.loads(json.dumps(packed(one))))
    assert (again, again.told(marked)) == (one, one.told(marked))


@given(SENTENCES)
def test_a_sentence_survives_the_way_to_another_process(one: Sentence) -> None:
    again = pickle.loads(pickle.dumps(one))  # noqa: S301 -- what was pickled a moment ago
    assert (again, again.message) == (one, one.message)


def test_a_text_that_was_kept_is_a_sentence_of_that_text() -> None:
    assert unpacked("as it was") == "as it was"


def test_text_of_a_kind_of_its_own_is_kept_as_text() -> None:
    class Cell(str):
        __slots__ = ()

    assert type(packed(Cell("1.5"))) is str
