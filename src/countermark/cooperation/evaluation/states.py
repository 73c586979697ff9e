"""Check-backs, snapshots and reports, as acts state them. Pure."""

import msgspec

from countermark.cooperation import states


class CheckBack(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a recipient says of a project on a day after its end: does it `run` (`yes`, `partly`, `no`), who pays (an actor), what broke and
    what else there is to say (ids of notes).
    """

    project: str
    day: str
    runs: str
    payer: str = ""
    broke: str = ""
    words: str = ""
    visibility: str = "private"
    partners: tuple[str, ...] = ()


class Snapshot(msgspec.Struct, frozen=True, omit_defaults=True):
    """The figures of the register on a day: by key, as written; a figure there was no data for is left out."""

    day: str
    figures: dict[str, str]
    visibility: str = "private"
    partners: tuple[str, ...] = ()


class Frozen(msgspec.Struct, frozen=True, omit_defaults=True):
    """A figure as a report holds it."""

    key: str
    part: int
    whole: int
    left_out: int = 0


class Report(msgspec.Struct, frozen=True, omit_defaults=True):
    """A report: what it is about, its figures as they were on the day `as_of`, their digest, and the officer's words by criterion (ids of
    notes). `state` to `last` are the scope (`rules.Scope`); `currency` the one amounts were measured in.
    """

    title: str
    as_of: str
    currency: str
    figures: tuple[Frozen, ...]
    digest: str
    state: str = ""
    region: str = ""
    theme: str = ""
    first: int = 0
    last: int = 0
    words: dict[str, str] = {}
    visibility: str = "private"
    partners: tuple[str, ...] = ()


states.record("checkback", CheckBack)
states.record("snapshot", Snapshot)
states.record("evaluation", Report)
