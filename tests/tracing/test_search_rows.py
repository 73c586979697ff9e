"""Which text of a mark is searched."""

from hypothesis import example, given
from hypothesis import strategies as st

from countermark.marks.placeholders import PLACEHOLDERS, is_placeholder
from countermark.marks.text import canonical, split_prefix
from countermark.register.rules import MarkState, WeaponState
from countermark.tracing import index

TEXTS = st.one_of(
    st.text(max_size=12), st.from_regex(r"[0-9A-Za-z]{1,12}", fullmatch=True), st.sampled_from(sorted(PLACEHOLDERS))
)


@given(TEXTS)
@example("nsn")
@example("(1) AB12")
def test_a_mark_is_searched_in_canonical_form_unless_it_says_that_there_is_none(text: str) -> None:
    weapon = WeaponState("6f1ad0c2-6b0e-5d6b-9d0a-3c6f4b1f7a55", marks=(MarkState(1, text=text),))
    form = "" if is_placeholder(text) else canonical(split_prefix(text)[1])
    assert [row.canonical for row in index.rows(weapon)] == ([form] if form else [])
    assert len(index.patterns(weapon)) == bool(form)
