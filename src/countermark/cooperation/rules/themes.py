"""What help may be about: the themes of needs and offers, each with the paragraph it comes from. Pure.

Sources: Programme of Action (A/CONF.192/15, 2001), International Tracing Instrument (A/60/88, 2005); A/70/115 for the others.
"""

from dataclasses import dataclass


def _(text: str) -> str:
    """Names a text for the translators."""
    return text


@dataclass(frozen=True)
class Theme:
    """`source` is the paragraph; `sector` the purpose code of the OECD DAC list that such help is mostly reported under."""

    text: str
    source: str
    sector: str = "15240"


THEMES: dict[str, Theme] = {
    "legislation": Theme(_("laws and regulations"), "PoA II.2, II.3", "15130"),
    "coordination": Theme(_("national coordination and points of contact"), "PoA II.4, II.5; ITI 25"),
    "marking": Theme(_("marking"), "PoA II.7, II.8; ITI 7-10"),
    "records": Theme(_("record-keeping"), "PoA II.9; ITI 11-13"),
    "tracing": Theme(_("tracing"), "PoA II.10, III.11; ITI 14-24"),
    "transfers": Theme(_("control of export, import and transit"), "PoA II.11-13", "33120"),
    "brokering": Theme(_("control of brokering"), "PoA II.14"),
    "borders": Theme(_("borders and customs"), "PoA II.27", "33120"),
    "seized": Theme(_("seized, confiscated and collected weapons"), "PoA II.16"),
    "stockpile": Theme(_("stockpile management and security"), "PoA II.17, III.8"),
    "surplus": Theme(_("surplus and destruction"), "PoA II.18, II.19, III.14"),
    "ammunition": Theme(_("ammunition"), "A/70/115"),
    "manufacture": Theme(_("illicit and craft production"), "PoA II.6; A/70/115"),
    "awareness": Theme(_("awareness, surrender and collection"), "PoA II.20", "15220"),
    "ddr": Theme(_("disarmament, demobilisation and reintegration"), "PoA II.21, III.16"),
    "cooperation": Theme(_("regional cooperation and exchange of information"), "PoA II.24-31, III.7, III.12"),
    "training": Theme(_("training of officials"), "PoA III.7, III.8; A/70/115"),
    "reporting": Theme(_("national reports and statistics"), "PoA II.33", "16062"),
    "information": Theme(_("information technology and its upkeep"), "A/70/115", "22040"),
}
