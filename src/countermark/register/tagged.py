"""Tags bound to weapons: what the events `tag_bound` and `tag_unbound` come to. Pure.

A tag tells the items of a store apart. It is no mark: no mark is made of it, and nothing is traced by it.
"""

import re
from collections.abc import Sequence
from typing import Any

import msgspec

Body = dict[str, Any]
BOUND, UNBOUND = "tag_bound", "tag_unbound"


class TagState(msgspec.Struct, frozen=True, omit_defaults=True):
    """A tag on a weapon: its identifier (`is_tag`), its chip's own number where that was read, since which event and time."""

    tag: str
    tid: str = ""
    since: str = ""
    event_id: str = ""


def is_tag(text: str) -> bool:
    """Whether a text is a tag's identifier in the one form used here: an EPC as whole words of 16 bits in upper-case hexadecimal
    (EPC Gen2 v2.1, 6.3.2.1.2: at most 31), or a Bluetooth beacon's as `ble:` and 6 to 20 bytes.
    """
    return _TAG.fullmatch(text) is not None


def is_tid(text: str) -> bool:
    """Whether a text is the number of a tag's chip: whole words in upper-case hexadecimal, at most 16."""
    return _TID.fullmatch(text) is not None


_TAG = re.compile(r"(?:[0-9A-F]{4}){1,31}|ble:(?:[0-9A-F]{2}){6,20}")
_TID = re.compile(r"(?:[0-9A-F]{4}){2,16}")


def after(tags: Sequence[TagState], body: Body, event_id: str) -> Sequence[TagState]:
    """The tags on a weapon after one more event; a tag bound again is bound anew, one that is not there is not taken off."""
    event, tag = body.get("countermark:event"), body.get("countermark:tag")
    if event not in (BOUND, UNBOUND) or not isinstance(tag, str) or not is_tag(tag):
        return tags
    others = [one for one in tags if one.tag != tag]
    if event == UNBOUND:
        return others
    tid, time = body.get("countermark:tid"), body.get("eventTime")
    stated = TagState(
        tag, tid if isinstance(tid, str) and is_tid(tid) else "", time if isinstance(time, str) else "", event_id
    )
    return [*others, stated]
