"""How two characters are related."""

from countermark.marks.channel import relation


def test_equal_characters_have_no_relation() -> None:
    assert relation("A", "A") is None
