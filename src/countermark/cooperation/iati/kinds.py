"""The kinds of subjects of IATI, apart from what reads and writes files: every command knows the kinds, few need the files."""

import msgspec

from countermark.cooperation import states

KIND = "iati"


class Received(msgspec.Struct, frozen=True, omit_defaults=True):
    """An activity that was taken in. `title` and `reporter` are ids of texts; `document` the SHA-256 of the file it stands in, `digest` that of
    itself; `became` is `elsewhere`, `offer` or `need`, `record` its id; `totals` are decimal numbers by transaction type and currency (`3 USD`);
    `eligible` whether it is official development assistance: `yes`, `no`, or not said.
    """

    reference: str
    title: str
    reporter: str
    document: str
    digest: str
    became: str
    record: str
    transactions: int = 0
    totals: dict[str, str] = {}
    sectors: tuple[str, ...] = ()
    eligible: str = ""
    version: str = ""


class Markers(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is said of a project for publication alone: policy markers of the DAC with their significance (`{"1": "2"}`: gender, principal
    objective), and the codes of aid, flow, finance, tying and collaboration where they are not the usual ones.
    """

    markers: dict[str, str] = {}
    aid: str = ""
    flow: str = ""
    finance: str = ""
    tied: str = ""
    collaboration: str = ""


states.record(KIND, Received)
states.record("publication", Markers)
