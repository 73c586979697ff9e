"""Births made from moulds are those that are built one by one."""

from hypothesis import example, given
from hypothesis import strategies as st

from countermark.ledger import jcs
from countermark.ledger.entry import event_id_of
from countermark.register import bodies, moulds
from countermark.register.files.vocabulary import COMPONENTS, CONDITIONS, KINDS, LAYERS, MARK_KINDS
from countermark.register.files.weapons import Facts, MarkRow

TEXTS = st.one_of(
    st.text(st.characters(codec="utf-8"), max_size=8),
    st.sampled_from(
        ("007", "1e5", " ", "urn:uuid:x", "https://id.gs1.org/01/09506000134352", "\\u0000y\\u0000", "\0r\0", '"', "é")
    ),
)
FACTS = st.builds(
    Facts,
    kind=st.sampled_from(("", *KINDS)),
    maker=TEXTS,
    model=TEXTS,
    calibre=TEXTS,
    country=st.sampled_from(("", "XA", "BRA")),
    year=st.sampled_from(("", "1899", "2020", "2000")),
)
MARKS = st.builds(
    MarkRow,
    component=st.sampled_from(("", *COMPONENTS)),
    carrier=st.sampled_from(("part", "plate")),
    role=st.sampled_from(("control", "other")),
    mark_kind=st.sampled_from(MARK_KINDS),
    mark=TEXTS,
    inscription=st.one_of(st.just(""), TEXTS),
    mark_condition=st.sampled_from(("", *CONDITIONS)),
    layer=st.sampled_from(LAYERS),
)


@given(st.sampled_from(("XA/main", "a\\b", "\0r\0")), TEXTS, FACTS, st.lists(MARKS, max_size=4))
@example("XA/main", "R1", Facts(year="2000", maker="2000", model="-01-01"), [])
def test_a_birth_from_a_mould_is_the_one_that_would_be_built(
    source: str, ref: str, facts: Facts, marks: list[MarkRow]
) -> None:
    stated = [bodies.mark({field: getattr(mark, field) for field in bodies.MARK_FIELDS}) for mark in marks]
    body = bodies.birth(source, ref, {fact: getattr(facts, fact) for fact in bodies.FACTS}, stated)
    expected = moulds.Cast(bodies.weapon_id(source, ref), event_id_of("event", body), jcs.encode(body))
    assert moulds.cast(source, ref, facts, marks) == expected
