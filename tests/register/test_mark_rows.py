"""Under which text a mark is found."""

from hypothesis import example, given
from hypothesis import strategies as st

from countermark.marks.text import canonical, split_prefix
from countermark.register.rows import mark_text

TEXTS = st.one_of(st.text(min_size=1, max_size=12), st.from_regex(r"[0-9A-Za-z]{1,12}", fullmatch=True))


@given(TEXTS)
@example("(1) AB12")
@example("ﬁ")
def test_a_mark_is_found_under_the_canonical_form_without_its_prefix(text: str) -> None:
    assert mark_text(text, "") == canonical(split_prefix(text)[1])
