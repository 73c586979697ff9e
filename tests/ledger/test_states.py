"""What acts from anywhere come to: of a type this version knows, whatever they say."""

from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from countermark.ledger.entry import Entry, Recorded
from countermark.ledger.states import Kinds, to


class Lamp(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something with a state."""

    colour: str
    mended_by: str = ""


ROOM = Kinds("room")
ROOM.machine("lamp", "room_lit", {"room_mended": to("mended", after=("lit",), mended_by="by")}, state="lit", shape=Lamp)


def act(word: str, at: int, **fields: Any) -> Entry:
    """An act about the one lamp."""
    body = {"type": "act", "act": f"room_{word}", "subjects": ["lamp:1"], **fields}
    return Entry(at, f"{word}{at}", "act", body, Recorded(f"2026-02-01T00:00:{at:02d}.000Z", "p", None))


LIT = act("lit", 1, value={"colour": "red"})


def test_a_step_takes_the_texts_of_its_act() -> None:
    found = ROOM.fold("lamp:1", [act("mended", 2, by="ana"), LIT])

    assert found is not None
    assert (found.state, found.of(Lamp).mended_by) == ("mended", "ana")


@given(st.none() | st.booleans() | st.integers() | st.lists(st.text()) | st.dictionaries(st.text(), st.text()))
def test_what_is_no_text_leaves_the_value_readable(said: object) -> None:
    found = ROOM.fold("lamp:1", [LIT, act("mended", 2, by=said)])

    assert found is not None
    assert (found.state, found.of(Lamp).mended_by) == ("mended", "")
