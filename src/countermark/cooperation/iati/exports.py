"""What of this store leaves as IATI: what is public, and of the fund what who keeps its books releases. Reads only.

Every choice goes through a viewer that speaks for nobody: a project, offer or need that such a one may not see is not in the file, whoever
asks. Contacts, sites, risks and documents are in no file. A donor or recipient of the fund is named where it publishes itself (it has an IATI
identifier) or where the project is public; else the money is there without the name.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from countermark.cooperation import actors, acts, queries
from countermark.cooperation.actors import ActorFacts
from countermark.cooperation.fund import queries as fund
from countermark.cooperation.fund.models import Posting
from countermark.cooperation.fund.rules import books
from countermark.cooperation.fund.shapes import PLEDGE, WINDOW, Award, Pledge, PurseFacts, Window
from countermark.cooperation.iati import building
from countermark.cooperation.iati.building import (
    COMMITMENT,
    DISBURSEMENT,
    EXPENDITURE,
    INCOMING,
    INCOMING_COMMITMENT,
    INCOMING_PLEDGE,
    Facts,
    Movement,
    Party,
    Reporter,
    WindowFacts,
)
from countermark.cooperation.iati.findings import Finding
from countermark.cooperation.iati.kinds import Markers
from countermark.cooperation.iati.model import Activities, Activity
from countermark.cooperation.needs import Need
from countermark.cooperation.offers import Offer
from countermark.cooperation.projects.rules.shapes import Project
from countermark.cooperation.queries import Viewer
from countermark.cooperation.states import Subject
from countermark.marks.sentences import NotAllowed, Sentence

PUBLIC = Viewer("")
"""Who speaks for nobody: what they see is what everybody may."""
_LANGUAGE = re.compile("[a-z]{2,3}", re.ASCII)


@dataclass(frozen=True)
class Asked:
    """What to export: in which language the texts are written, whether the public projects and offers of others too (as secondary reporter),
    and which windows of the fund (all: `*`).
    """

    lang: str = "en"
    others: bool = False
    windows: tuple[str, ...] = ()


@dataclass(frozen=True)
class Exported:
    """A file to be, and what was left out of it."""

    document: Activities
    findings: tuple[Finding, ...]


def export(who: Viewer, asked: Asked, now: datetime, *, keeps: bool = False) -> Exported:
    """The portfolio of the actor somebody speaks for, and windows of the fund, which the State publishes that keeps their books.

    Raises `NotAllowed`: for who speaks for nobody, for windows without the books (`keeps`), and where nothing is public.
    """
    if not who.actor and not (asked.windows and keeps):
        raise NotAllowed([Sentence("you speak for no actor: who keeps the list of actors gives you a seat")])
    if asked.windows and not keeps:
        raise NotAllowed([Sentence("the fund is released by who keeps its books")])
    if not _LANGUAGE.fullmatch(asked.lang):
        raise NotAllowed([Sentence("%(lang)s is no language: expected two or three letters, such as fr", lang=repr(asked.lang[:40]))])  # fmt: skip
    parties = _Parties(_parties())
    host = Reporter(parties[actors.own_state()], asked.lang, now)
    found = [_window(one, host, parties) for one in _windows(asked)]
    if who.actor:
        reporter = Reporter(parties[who.actor], asked.lang, now)
        found += [*_projects(who, asked, reporter, parties, keeps), *_offers(who, asked, reporter, parties)]
    if not found:
        raise NotAllowed([Sentence("there is nothing public to export"), *(one.message for one in _left_out(who))])
    return Exported(building.portfolio(found, now), tuple(_left_out(who)))


def _unknown(key: str) -> Party:
    return Party(key, key, "")


def _parties() -> dict[str, Party]:
    """Every actor by key; one whose name was erased by its key."""
    found = acts.subjects("actor")
    texts = acts.texts_of(found)
    parties = {}
    for one in found:
        facts = one.of(ActorFacts)
        parties[one.key] = Party(one.key, texts.get(facts.name, one.key), facts.kind, facts.country, facts.iati)
    return parties


class _Parties(dict[str, Party]):
    """Parties by key, of any key: one there is no record of is named by its key."""

    def __missing__(self, key: str) -> Party:
        return _unknown(key)


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text).replace(microsecond=0) if text else None


# --- projects and offers ----------------------------------------------------------------------------------------------


def _projects(
    who: Viewer, asked: Asked, reporter: Reporter, parties: Mapping[str, Party], keeps: bool
) -> list[Activity]:
    found = queries.visible(PUBLIC, "project")
    mine = [one for one in found if asked.others or who.actor in one.of(Project).sides]
    awards = _awards(who, keeps)
    return [_project(one, reporter, parties, awards.get(one.key, [])) for one in _by_key(mine)]


def _by_key(found: Iterable[Subject]) -> list[Subject]:
    return sorted(found, key=lambda one: one.key)


def _project(found: Subject, reporter: Reporter, parties: Mapping[str, Party], awards: Sequence[Subject]) -> Activity:
    project = found.of(Project)
    facts = Facts(
        parties=parties,
        texts=acts.texts_of([found]),
        needs=_public_needs(project.needs),
        movements=[one for award in awards for one in _of_award(award, reporter, parties, project)],
        markers=_markers(found.key),
        changed=_moment(found.time),
        related=sorted({_fund_id(award.of(Award).window, parties) for award in awards}),
    )
    return building.project_activity(found.key, found.state, project, facts, reporter)


def _public_needs(keys: Sequence[str]) -> list[str]:
    """What the needs are called that everybody may see."""
    found = [need for key in keys if (need := queries.known(PUBLIC, "need", key)) is not None]
    texts = acts.texts_of(found)
    return [text for one in found if (text := texts.get(one.of(Need).title, ""))]


def _markers(key: str) -> Markers:
    found = acts.subject("publication", key)
    return found.of(Markers) if found else Markers()


def _offers(who: Viewer, asked: Asked, reporter: Reporter, parties: Mapping[str, Party]) -> list[Activity]:
    found = [one for one in queries.visible(PUBLIC, "offer") if one.state in ("open", "spent")]
    mine = [one for one in found if asked.others or queries.owner(one) == who.actor]
    return [
        building.offer_activity(
            one.key,
            one.state,
            one.of(Offer),
            Facts(parties=parties, texts=acts.texts_of([one]), changed=_moment(one.time)),
            reporter,
            parties[queries.owner(one)],
        )
        for one in _by_key(mine)
    ]


def _left_out(who: Viewer) -> list[Finding]:
    """How much of one's own is not public and stays here."""
    projects, offers = _closed(who, "project"), _closed(who, "offer")
    found = []
    if projects:
        found.append(_stays("project", Sentence("%(n)d projects are not public and left out", n=projects)))
    if offers:
        found.append(_stays("offer", Sentence("%(n)d offers are not public and left out", n=offers)))
    return found


def _stays(kind: str, message: Sentence) -> Finding:
    return Finding("withheld", "note", "", "", 0, kind, message)


def _closed(who: Viewer, kind: str) -> int:
    """How many of one's own not everybody may see."""
    if not who.actor:
        return 0
    own = [one for one in queries.visible(Viewer(who.actor), kind) if _mine(who, one)]
    return sum(1 for one in own if not PUBLIC.sees(one))


def _mine(who: Viewer, found: Subject) -> bool:
    return who.actor in found.of(Project).sides if found.kind == "project" else queries.owner(found) == who.actor


# --- the fund ---------------------------------------------------------------------------------------------------------


def _fund_id(window: str, parties: Mapping[str, Party]) -> str:
    """The identifier of a window's activity, which the State publishes whose node keeps its books."""
    return f"{parties[actors.own_state()].ref}-fund-{window}"


def _fund(window: str, parties: Mapping[str, Party]) -> Party:
    """A window as the organisation money comes from: the State that keeps its books, under the window's name."""
    host = parties[actors.own_state()]
    found = acts.subject(WINDOW, window)
    title = acts.texts_of([found]).get(found.of(Window).title, "") if found else ""
    return Party(f"fund-{window}", title or window, "facility", host.country, host.ref)


def _awards(who: Viewer, keeps: bool) -> dict[str, list[Subject]]:
    """Awards for projects, as far as who asks may see them."""
    found: dict[str, list[Subject]] = {}
    for one in fund.awards(fund.reader(who, keeps=keeps)):
        if project := one.of(Award).project:
            found.setdefault(project, []).append(one)
    return found


def _of_award(award: Subject, reporter: Reporter, parties: Mapping[str, Party], project: Project) -> list[Movement]:
    """What was promised and paid on an award, as the reporter sees it: incoming for the recipient of the project."""
    incoming = reporter.party.key == project.recipient
    value = award.of(Award)
    giver, taker = _fund(value.window, parties), parties[value.applicant]
    codes = {COMMITMENT: INCOMING_COMMITMENT, DISBURSEMENT: INCOMING} if incoming else {}
    rows = _rows(fund.postings(value.window).filter(award=award.key).order_by("day", "entry", "line"))
    return [
        Movement(
            codes.get(type_, type_),
            day,
            amount,
            currency,
            giver,
            taker,
            ref=ref,
            provider_activity=_fund_id(value.window, parties),
        )
        for (ref, type_, day, currency, _, _), amount in rows.items()
        if type_ in (COMMITMENT, DISBURSEMENT)
    ]


Row = tuple[str, str, date, str, str, str]
"""A transaction of the fund: its reference, type, day, currency, donor's purse and award."""

TYPES: Mapping[tuple[str, str], tuple[str, int]] = {
    ("contribution", books.CONTRIBUTIONS): (INCOMING, -1),
    ("collection", books.ASSESSED): (INCOMING, -1),
    ("assessment", books.ASSESSED): (INCOMING_COMMITMENT, 1),
    ("repayment", books.CONTRIBUTIONS): (INCOMING, -1),
    ("commitment", books.COMMITTED): (COMMITMENT, 1),
    ("release", books.COMMITTED): (COMMITMENT, 1),
    ("disbursement", books.ADVANCES): (DISBURSEMENT, 1),
    ("refund", books.ADVANCES): (DISBURSEMENT, 1),
}
"""Which account of an entry of a kind says how much moved, and as what. Spending accepted was paid before; money changed is no transaction."""


def _rows(postings: Iterable[Posting]) -> dict[Row, int]:
    """The transactions that some rows of the journal come to; fees, of whatever entry, are expenditure."""
    found: dict[Row, int] = {}
    for row in postings:
        said = (EXPENDITURE, 1) if row.account == books.FEES else TYPES.get((row.kind, row.account))
        if said is None:
            continue
        type_, sign = said
        of_donor = row.purse if type_ in (INCOMING, INCOMING_COMMITMENT) else ""
        ref = f"{row.entry}-r" if row.reversal else row.entry
        key = (ref, type_, date.fromisoformat(row.day), row.currency, of_donor, row.award)
        found[key] = found.get(key, 0) + sign * row.amount
    return {key: amount for key, amount in found.items() if amount}


def _windows(asked: Asked) -> list[Subject]:
    everything = fund.windows()
    if "*" in asked.windows:
        return everything
    found = {one.key: one for one in everything}
    if unknown := [key for key in asked.windows if key not in found]:
        raise NotAllowed([Sentence("%(key)s is no window of the fund", key=unknown[0])])
    return [found[key] for key in dict.fromkeys(asked.windows)]


def _window(found: Subject, reporter: Reporter, parties: Mapping[str, Party]) -> Activity:
    window = found.of(Window)
    texts = acts.texts_of([found])
    facts = WindowFacts(
        found.key,
        texts.get(window.title, ""),
        window.currency,
        date.fromisoformat(window.begin) if window.begin else None,
        date.fromisoformat(window.end) if window.end else None,
        found.state == "closed",
        window.regions,
        sorted(_window_movements(found.key, parties), key=lambda one: (one.day, one.ref, one.type)),
        _moment(found.time),
    )
    return building.window_activity(facts, reporter)


def _window_movements(key: str, parties: Mapping[str, Party]) -> Iterable[Movement]:
    purses, public = fund.purses(key), _Public(parties)
    for (ref, type_, day, currency, purse, award), amount in _rows(fund.postings(key)).items():
        donor = public.donor(purses.get(purse))
        yield Movement(type_, day, amount, currency, donor, public.taker(award), ref=ref)
    for pledge in acts.subjects(PLEDGE):
        said = pledge.of(Pledge)
        if said.window == key and pledge.state != "withdrawn":
            donor = public.named(said.donor)
            day = date.fromisoformat(said.day)
            yield Movement(INCOMING_PLEDGE, day, said.amount, said.currency, donor, ref=f"pledge-{pledge.key}")


class _Public:
    """Who may be named in a file of the fund."""

    def __init__(self, parties: Mapping[str, Party]) -> None:
        self.parties = parties
        self.awards: dict[str, Party | None] = {}

    def named(self, key: str) -> Party | None:
        """An actor that publishes itself; None for any other."""
        found = self.parties[key]
        return found if found.iati else None

    def donor(self, purse: PurseFacts | None) -> Party | None:
        return self.named(purse.donor) if purse else None

    def taker(self, award: str) -> Party | None:
        """Who is paid on an award: where the project is public, or they publish themselves."""
        if award and award not in self.awards:
            self.awards[award] = self._taker(award)
        return self.awards.get(award)

    def _taker(self, award: str) -> Party | None:
        found = acts.subject("fundaward", award)
        if found is None:
            return None
        value = found.of(Award)
        if value.project and queries.known(PUBLIC, "project", value.project) is not None:
            return self.parties[value.applicant]
        return self.named(value.applicant)
