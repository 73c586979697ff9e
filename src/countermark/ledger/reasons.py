"""Why something was done: a closed list of codes for each kind of event and act that must be answered for. Pure.

A code stands in the entry in the clear (`reason_code` of an act, `countermark:reason_code` of an event and of the declaration that one was
wrong): it names nobody, and whoever reads a ledger counts by it without opening anybody's words. The words beside it are a note, an id of a
side text. Which list a word of the vocabulary has stands there (`vocabulary.py`); entries from before the codes have words alone.

The lists are short, so that nobody has to choose "other": what people of registers and armouries write again and again. Where a norm has the
words, it is named.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from countermark.ledger.vocabulary import ACTS, EVENTS, gettext_noop
from countermark.marks.sentences import Sentence

_ = gettext_noop
FIELD = "reason_code"
EVENT_FIELD = f"countermark:{FIELD}"
OTHER = "other"
_OTHER = {OTHER: _("another reason, in words")}


@dataclass(frozen=True)
class Reason:
    """Why somebody does something: a code of a list, and what they say of it in words."""

    code: str
    words: str = ""


def if_said(code: str, words: str) -> Reason | None:
    """What somebody said of why, where it may be left out; None where nobody said anything."""
    return Reason(code, words) if code or words else None


@dataclass(frozen=True)
class Reasons:
    """A list. `worded`: every code needs words. `plain`: words alone are a reason too, kept as `other` (contract, *Commands*).

    `own` are codes this program writes itself, which nobody chooses.
    """

    codes: Mapping[str, str]
    worded: bool = False
    plain: bool = False
    own: Mapping[str, str] = field(default_factory=dict)

    def one_of(self) -> Sentence:
        """What is expected of whoever chooses."""
        return Sentence("one of %(codes)s", codes=", ".join(self.codes))

    def text(self, code: str) -> str:
        """What a code means, in English; the code itself where it is of another version of this list."""
        return {**self.codes, **self.own}.get(code, code)


WITH_LOAD, ON_A_WEAPON, IN_QUEUE = "with_load", "on_a_weapon", "in_queue"
SETTLED = "settled"

LISTS: dict[str, Reasons] = {
    # EPCIS 2.0, 7.4.1.4, tells `did_not_occur` and `incorrect_data` apart; these say how it came about.
    "correction": Reasons(
        {
            "typing_error": _("typing error"),
            "misread": _("misread on the weapon or on the paper"),
            "source_wrong": _("the source was wrong"),
            "wrong_weapon": _("recorded of another weapon"),
            "twice": _("recorded twice"),
            "not_so": _("it did not happen"),
            "found_since": _("found out since"),
            **_OTHER,
        },
        plain=True,
        own={WITH_LOAD: _("the load that brought it was taken back")},
    ),
    "same_weapon": Reasons(
        {
            "twice": _("registered twice"),
            "misread": _("a misread mark made two records of one weapon"),
            "registered_again": _("registered again after it changed hands"),
            "marked_anew": _("marked anew, the old mark is gone"),
            **_OTHER,
        },
        plain=True,
    ),
    "load_undone": Reasons(
        {
            "wrong_file": _("the wrong file"),
            "wrong_columns": _("columns or codes were mapped wrongly"),
            "bad_data": _("too much in it is wrong"),
            "twice": _("loaded already from elsewhere"),
            "trial": _("it was a trial"),
            **_OTHER,
        }
    ),
    "form_voided": Reasons(
        {
            "lost": _("lost"),
            "spoiled": _("spoiled or not legible"),
            "not_needed": _("not needed"),
            "recorded_otherwise": _("recorded without the form"),
            **_OTHER,
        }
    ),
    "peer_ended": Reasons(
        {
            "lost": _("the machine was lost or stolen"),
            "key_known": _("its key may be known to others"),
            "closed": _("the office or depot is closed"),
            "replaced": _("another node takes its place"),
            **_OTHER,
        }
    ),
    # How weapons are lost and stolen: what the causes of diversion come to (MOSAIC 05.20, losses; PoA II.17).
    "loss": Reasons(
        {
            "on_duty": _("lost on duty"),
            "on_the_way": _("lost on the way"),
            "not_found": _("not found when it was counted or looked for"),
            "disaster": _("fire, flood or fighting"),
            "holder_gone": _("its holder is dead or cannot be found"),
            **_OTHER,
        }
    ),
    "theft": Reasons(
        {
            "burglary": _("burglary"),
            "robbery": _("robbery"),
            "from_vehicle": _("out of a vehicle"),
            "on_the_way": _("on the way"),
            "insider": _("by somebody who had access"),
            **_OTHER,
        }
    ),
    "deactivation": Reasons(
        {
            "owner": _("asked for by its owner"),
            "display": _("for display or training"),
            "ordered": _("ordered by a court or authority"),
            "unserviceable": _("not worth a repair"),
            **_OTHER,
        }
    ),
    "reactivation": Reasons(
        {
            "permitted": _("made to fire again by permission"),
            "unlawful": _("found made to fire again"),
            "not_enough": _("its deactivation was not enough"),
            **_OTHER,
        }
    ),
    "destruction": Reasons(
        {
            "surplus": _("surplus"),
            "unserviceable": _("unserviceable or unsafe"),
            "ordered": _("ordered by a court or authority"),
            "collected": _("collected, seized or surrendered"),
            **_OTHER,
        }
    ),
    "override": Reasons(
        {
            "paper_on_the_way": _("qualified; the paper is on its way"),
            "urgent": _("urgent duty and nobody else is there"),
            "supervised": _("under supervision"),
            "roster_behind": _("the roster is not up to date"),
            **_OTHER,
        },
        worded=True,
    ),
    "shipment_cancelled": Reasons(
        {
            "order_withdrawn": _("the order was withdrawn"),
            "not_ready": _("weapons or papers are not ready"),
            "no_transport": _("no vehicle or escort"),
            "unsafe": _("the route is not safe"),
            "wrong": _("the manifest is wrong"),
            **_OTHER,
        }
    ),
    "shipment_closed": Reasons(
        {
            "reported": _("what is missing is reported lost or stolen"),
            "never_loaded": _("it was never loaded"),
            "came_otherwise": _("it came another way"),
            **_OTHER,
        }
    ),
    "write_off": Reasons(
        {
            "search_over": _("the inquiry is over and nothing more comes back"),
            "destroyed": _("destroyed, as the inquiry found"),
            "out_of_reach": _("where it cannot be brought back from"),
            "ordered": _("ordered by higher authority"),
            **_OTHER,
        }
    ),
    "declined": Reasons(
        {
            "not_needed": _("not needed"),
            "wrong": _("something in it is wrong"),
            "not_safe": _("not safe"),
            "not_allowed": _("not allowed"),
            "changed": _("things have changed since"),
            "taken_back": _("taken back by who proposed it"),
            **_OTHER,
        }
    ),
    "need": Reasons(
        {
            "regular": _("the review was due"),
            "establishment": _("posts or units are more or fewer"),
            "duties": _("duties or threats have changed"),
            "replaced": _("another model takes its place"),
            "unserviceable": _("too many do not work any more"),
            **_OTHER,
        }
    ),
    # PoA II.18 and MOSAIC 05.20: what makes weapons surplus to what a State needs.
    "surplus": Reasons(
        {
            "more_than_needed": _("more than are needed"),
            "replaced": _("another model takes its place"),
            "obsolete": _("obsolete, or without ammunition"),
            "unserviceable": _("unserviceable or unsafe"),
            "collected": _("collected, seized or surrendered"),
            **_OTHER,
        }
    ),
    "not_destroyed": Reasons(
        {
            "evidence": _("evidence after all"),
            "kept": _("stays in use"),
            "historic": _("of value to a museum or to science"),
            "claimed": _("somebody has a claim to it"),
            "wrong_weapon": _("not the weapon that is meant"),
            **_OTHER,
        }
    ),
    "count_given_up": Reasons(
        {
            "interrupted": _("an alarm or a duty came in between"),
            "people": _("not enough people"),
            "moved": _("weapons had to move meanwhile"),
            "wrong": _("opened for the wrong place or people"),
            **_OTHER,
        }
    ),
    "store_rules": Reasons(
        {
            "order": _("a law or an order"),
            "risk": _("the risk was assessed anew"),
            "incident": _("after a loss, theft or accident"),
            "people": _("other people, or fewer"),
            "for_a_time": _("for some time only"),
            **_OTHER,
        }
    ),
    "card": Reasons(
        {
            "lost": _("the card was lost or stolen"),
            "damaged": _("the card cannot be read any more"),
            "seen": _("others may know the card"),
            "back": _("back after an absence"),
            "posted": _("posted elsewhere"),
            "left": _("left the service"),
            "suspended": _("may not bear weapons for now"),
            **_OTHER,
        }
    ),
    "rounds": Reasons(
        {
            "used": _("used, and not recorded"),
            "miscounted": _("counted or recorded wrongly before"),
            "dangerous": _("damaged or dangerous"),
            "too_old": _("past its life"),
            "handed_over": _("handed over to another body"),
            "missing": _("lost or stolen"),
            **_OTHER,
        }
    ),
    # An outcome says what an alarm came to; this is how the contradiction came about.
    "alarm": Reasons(
        {
            "not_noted": _("moved, and nobody noted it"),
            "noted_late": _("moved, and noted later"),
            "tag_off": _("the tag came off or is damaged"),
            "tag_copied": _("another tag says the same"),
            "reader_reach": _("a reader reads too far or stands wrong"),
            "trial": _("it was a trial or maintenance"),
            "gone": _("the weapon is not where it should be"),
            **_OTHER,
        },
        own={IN_QUEUE: _("decided in the queue of discrepancies")},
    ),
    "number_voided": Reasons(
        {
            "spoiled": _("the plate or mark was spoiled"),
            "mistake": _("issued or assigned by mistake"),
            "wrong_weapon": _("not the weapon that is meant"),
            "unserviceable": _("unserviceable or unsafe"),
            "not_marked": _("not to be marked after all"),
            **_OTHER,
        },
        own={ON_A_WEAPON: _("it stands on a weapon of the register already")},
    ),
    "look": Reasons(
        {
            "trace": _("a weapon is traced"),
            "case": _("an investigation or a court asks"),
            "request": _("a request of another State or authority"),
            "licence": _("a licence or permit is decided"),
            "record": _("the record is checked or corrected"),
            "contact": _("who is named must be reached"),
            "audit": _("an audit or inspection"),
            **_OTHER,
        },
        plain=True,
    ),
    "settled": Reasons(
        {
            "seen": _("the weapon was seen there"),
            "said": _("who has it says so"),
            "papers": _("the papers of both sides say so"),
            "counted": _("a count found it"),
            **_OTHER,
        }
    ),
}
"""By the name the vocabulary gives the list."""


TITLES = {
    "correction": _("declared wrong"),
    SETTLED: _("hand-overs that contradict each other settled"),
    "card": _("card given or taken away"),
    "number_voided": _("number given up, or weapon taken out of a work order"),
    "override": _("handed to somebody not eligible"),
    "rounds": _("rounds that nobody handed over"),
}
"""What a list is about, where the word of the vocabulary that has it says too much."""


def title(kind: str) -> str:
    """What the list is about, in English."""
    named = {word.reason: word.text for word in EVENTS.values()} | {word.reason: word.text for word in ACTS.values()}
    return TITLES.get(kind) or named.get(kind, kind)


class NoReason(Exception):
    """What was said is no reason of a list. The message is what was expected; `column` is `reason` or `words`."""

    def __init__(self, column: str, value: str, expected: Sentence, code: str) -> None:
        self.column, self.value, self.expected, self.code = column, value, expected, code
        super().__init__(expected)


def read(kind: str, said: Reason | str) -> Reason:
    """A reason of the list `kind`, without the space around it: a code, with or without words, or what a list that takes them has in words alone.

    Raises `NoReason`, whose message names the codes there are.
    """
    of = LISTS[kind]
    reason = said if isinstance(said, Reason) else Reason(said)
    code, words = reason.code.strip(), reason.words.strip()
    if "\0" in code or "\0" in words:
        raise NoReason("words", "", Sentence("a text without the sign NUL"), "control")
    if of.plain and code not in of.codes and bool(code) != bool(words):
        code, words = OTHER, code or words
    if code not in of.codes:
        raise NoReason("reason", code, of.one_of(), "unknown" if code else "missing")
    if (of.worded or code == OTHER) and not words:
        raise NoReason("words", "", Sentence("why, in words"), "missing")
    return Reason(code, words)


def has(kind: str, code: object) -> bool:
    """Whether a code may stand in an entry for a list, chosen by somebody or written by this program."""
    of = LISTS.get(kind)
    return of is not None and (code in of.codes or code in of.own)


def stated(kind: str, body: Mapping[str, Any]) -> tuple[str, str] | None:
    """The list and the code of an entry's reason (`kind` is that of the entry); None where it gives none, or in words alone."""
    declared = body.get("errorDeclaration")
    if kind == "act":
        word = ACTS.get(str(body.get("act", "")))
        of, code = word.reason if word else "", body.get(FIELD)
    elif isinstance(declared, Mapping):
        of, code = "correction", declared.get(EVENT_FIELD)
    else:
        event = EVENTS.get(str(body.get("countermark:event", "")))
        # A hand-over whose word has no list settles hand-overs that contradicted each other.
        of, code = (event.reason if event else "") or SETTLED, body.get(EVENT_FIELD)
    return (of, code) if of and isinstance(code, str) and code else None
