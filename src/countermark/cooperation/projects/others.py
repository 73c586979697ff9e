"""What others report that they do: activities of files or of hearsay, kept so that overlaps with them show (A/70/115, 43).

Whoever takes them in (an IATI file, a spreadsheet, a coordinator at a meeting) states them here; `source` says where they are from.
"""

from collections.abc import Sequence

import msgspec

from countermark.cooperation import actors, acts, needs, states
from countermark.cooperation.acts import Words
from countermark.cooperation.projects.rules.overlap import Undertaking
from countermark.cooperation.rules.days import Day
from countermark.cooperation.rules.themes import THEMES
from countermark.ledger.services import Actor

STAGES = ("planning", "implementation", "closed", "cancelled")


class Elsewhere(msgspec.Struct, frozen=True, omit_defaults=True):
    """Somebody else's activity. `title`, `providers` and `source` are ids of texts; `places` countries or regions; `reference` its
    identifier where it comes from. It belongs to the actor that took it in, and is shown to others as `visibility` says.
    """

    title: str
    begin: Day
    end: Day
    themes: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    providers: tuple[str, ...] = ()
    source: str = ""
    reference: str = ""
    visibility: str = "private"
    partners: tuple[str, ...] = ()


states.record("elsewhere", Elsewhere)


def state_elsewhere(
    title: str,
    *,
    actor: str,
    begin: str,
    end: str,
    stage: str,
    themes: Sequence[str],
    places: Sequence[str],
    providers: Sequence[str],
    source: str,
    reference: str = "",
    visibility: str = "private",
    key: str = "",
    by: Actor,
    request: str = "",
) -> str:
    """States what somebody else does; said again with one `reference` it is stated anew, with one `request` it stays. Returns its id.

    Raises `Refused`.
    """
    owner = actors.known_actor(actor)
    asked = acts.request_id(request) if request and not key else ""
    if asked and acts.subject("elsewhere", asked) is not None:
        return asked
    if stage not in STAGES:
        raise acts.refuse("stage", stage, acts.one_of(STAGES), "unknown")
    first, last = needs.window(begin, end)
    for theme in themes:
        needs.chosen(theme, THEMES, "themes")
    needs.visible(visibility, (actor,))
    words = Words()
    value = Elsewhere(
        words(acts.required("title", title, "what it is called"), column="title"),
        first,
        last,
        tuple(themes),
        tuple(actors.region(one) for one in places),
        tuple(words(one, "party", column="providers") for one in providers if one.strip()),
        words(source, column="source"),
        reference.strip(),
        visibility,
    )
    pk = key or (acts.request_id(f"elsewhere:{actor}:{value.reference}") if value.reference else asked or acts.new_id())
    acts.state_record("elsewhere", pk, value, by=by, state=stage, parent=owner.name, due=last, texts=words.notes)
    return pk


def undertaking(found: states.Subject) -> Undertaking:
    """As overlaps read it; title and providers are ids of texts. Who takes it in decides who sees it: to nobody else is anything told."""
    value = found.of(Elsewhere)
    owner = found.parent.removeprefix("actor:")
    return Undertaking(
        "elsewhere", found.key, value.title, owner, value.providers, value.themes, value.places, value.begin, value.end,
        found.state,
    )  # fmt: skip
