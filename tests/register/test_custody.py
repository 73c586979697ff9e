"""Gaps in custody: where the chain of holders breaks, and where a weapon was out of lawful hands."""

from countermark.register.custody import Gap, timeline
from countermark.register.rules import history
from tests.register.told import birth, event, id_of, told, wrong


def gaps(*bodies: dict[str, object]) -> list[tuple[str, str, str]]:
    """(kind, after, before) of every gap."""
    items = timeline(history(told(birth(), *bodies)))
    return [(item.kind, item.after, item.before) for item in items if isinstance(item, Gap)]


def test_a_chain_in_which_each_holder_hands_on_what_it_received_has_no_gap() -> None:
    assert not gaps(
        event("transfer", "1990-01-01", to="Maker"),
        event("transfer", "1991-01-01", from_="Maker", to="Depot"),
        event("issue", "1992-01-01", from_="Depot", to="Unit"),
        event("count", "1993-01-01"),
        event("return", "1994-01-01", from_="Unit", to="Depot"),
    )


def test_a_sender_who_never_received_the_weapon_shows_a_gap() -> None:
    found = gaps(
        event("transfer", "1990-01-01", to="Depot"), event("transfer", "1999-01-01", from_="Stranger", to="Unit")
    )

    assert found == [("unexplained", "1990-01-01", "1999-01-01")]


def test_an_import_after_its_export_is_one_way_not_two() -> None:
    assert not gaps(
        event("transfer", "1990-01-01", to="Maker"),
        event("export", "1991-01-01", from_="Maker", to="Ministry"),
        event("import", "1991-02-01", from_="Maker", to="Ministry"),
    )


def test_a_weapon_is_out_of_lawful_custody_from_its_theft_until_it_is_found() -> None:
    assert gaps(event("theft", "2001-01-01"), event("find", "2005-01-01")) == [("missing", "2001-01-01", "2005-01-01")]
    assert gaps(event("loss", "2001-01-01"), event("count", "2002-01-01")) == [("missing", "2001-01-01", "")]


def test_a_corrected_event_explains_nothing_and_opens_no_gap() -> None:
    stolen = event("theft", "2001-01-01")

    assert not gaps(stolen, wrong(stolen))
    assert id_of(stolen)
