"""Personal data on a record: names of private persons and free text stay hidden until somebody says why they look.

Files name holders without saying whether it is a person or a body. What is not known to be a body (an organisation or place of
this node, a maker, a name with a word such as *police* or *depot*) is treated as a person.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from countermark.accounts.models import Organisation, Place
from countermark.ledger import identity, services, store
from countermark.ledger.reasons import FIELD, Reason
from countermark.ledger.services import Actor, Draft, SideNote
from countermark.register import checking, mentions
from countermark.register.models import Spelling
from countermark.register.queries.records import Record
from countermark.register.rows import code_of
from countermark.register.services import side_texts

OPEN_FOR = timedelta(minutes=15)
"""How long names stay visible on one record to the person who gave a reason."""

BODY_WORDS = frozenset({
    "academy", "administration", "agency", "air", "airlines", "airport", "armoury", "armory", "arms", "armurerie",
    "arsenal", "artillery", "authority", "base", "bank", "barracks", "battalion", "brigade", "bureau", "camp",
    "cargo", "cavalry", "central", "centre", "center", "church", "club", "coast", "command", "commission", "company",
    "cooperative", "corp", "corporation", "corps", "council", "court", "customs", "defence", "defense", "department",
    "depot", "detachment", "directorate", "division", "embassy", "enterprise", "export", "factory", "federal",
    "federation", "fire", "firm", "fleet", "forces", "foundation", "foundry", "freight", "fund", "gendarmerie",
    "gmbh", "government", "group", "guard", "hospital", "hunting", "import", "inc", "industries", "industry",
    "infantry", "inspectorate", "institute", "international", "interior", "laboratory", "limited", "line", "lines",
    "logistics", "ltd", "magazine", "maritime", "military", "ministry", "mission", "municipal", "museum", "national",
    "navy", "office", "ordnance", "organisation", "organization", "police", "port", "post", "prison", "prosecutor",
    "province", "range", "regiment", "region", "registry", "republic", "reserve", "royal", "sa", "school", "sea",
    "security", "service", "services", "shipping", "shooting", "shop", "society", "squadron", "staff", "state",
    "station", "store", "stores", "supplies", "supply", "team", "trade", "trading", "training", "transport",
    "treasury", "tribunal", "troop", "union", "unit", "university", "warehouse", "wing", "works", "sport", "sports",
    "outdoor", "safari", "armee", "armée", "banque", "caserne", "dépôt", "douane", "douanes", "ecole", "école",
    "entreprise", "etat", "état", "justice", "marine", "ministère", "prefecture", "préfecture", "régiment", "société",
    "usine", "aduana", "armada", "armería", "cuartel", "comisaría", "deposito", "depósito", "ejército", "empresa",
    "escuela", "estado", "fábrica", "juzgado", "ministerio", "policía", "regimiento", "sociedad", "tienda",
    "exército", "polícia", "quartel", "ministério", "armas", "министерство", "полиция", "милиция", "войсковая",
    "часть", "завод", "склад", "таможня", "суд", "университет", "школа", "управление", "служба", "وزارة", "شرطة",
    "جيش", "مستودع", "مصنع", "محكمة", "شركة", "الجمارك", "警察", "部", "局", "公司", "厂",
})  # fmt: skip
_WORD = re.compile(r"[^\W\d_]+")


def names_a_body(text: str) -> bool:
    """Whether a name has a word that persons' names have not."""
    return any(word in BODY_WORDS for word in _WORD.findall(text.casefold()))


def impersonal(names: Mapping[str, str]) -> dict[str, str]:
    """The names anybody who sees the record may read: places, documents, bodies and the officers who recorded."""
    parties = {urn: text for urn, text in names.items() if _kind(urn) == "party"}
    bodies = _known_bodies(parties)
    return {urn: text for urn, text in names.items() if _kind(urn) in ("place", "document", "person") or urn in bodies}


def _kind(urn: str) -> str:
    return urn.removeprefix(identity.PREFIX).partition(":")[0] if urn.startswith(identity.PREFIX) else ""


def _known_bodies(parties: Mapping[str, str]) -> set[str]:
    found = {urn for urn, text in parties.items() if names_a_body(text)}
    unclear = {urn: text for urn, text in parties.items() if urn not in found}
    if not unclear:
        return found
    found.update(Organisation.objects.filter(id__in=list(unclear)).values_list("id", flat=True))
    texts = set(unclear.values())
    own = set(Place.objects.filter(name__in=texts).values_list("name", flat=True))
    codes = {code_of(text): text for text in texts}
    makers = set(Spelling.objects.filter(list="maker", code__in=list(codes)).values_list("code", flat=True))
    return found | {urn for urn, text in unclear.items() if text in own or code_of(text) in makers}


def hidden(names: Mapping[str, str], shown: Collection[str]) -> list[str]:
    """The ids of parties whose names stay hidden."""
    return [urn for urn in names if _kind(urn) == "party" and urn not in shown]


def looked_at(record: Record, reason: Reason | str, *, by: Actor) -> int:
    """Appends one act per person whose data is opened on this record for this reason, of the list `look`. Returns how many were new."""
    return names_looked_at(record.names, record.state.id, reason, by=by)


def names_looked_at(names: Mapping[str, str], weapon: str, reason: Reason | str, *, by: Actor) -> int:
    """As `looked_at`, for the names and remarks of what is shown about a weapon beside its record."""
    shown = impersonal(names)
    persons = hidden(names, shown) or [identity.opaque("note", note) for note in _notes(names, shown)[:1]]
    drafts = [_look({"person": urn, "weapon": weapon}, reason, by) for urn in persons]
    return sum(captured.new for captured in services.append(drafts, by=by)) if drafts else 0


def _notes(names: Mapping[str, str], shown: Mapping[str, str]) -> list[str]:
    return [text for urn, text in names.items() if _kind(urn) == "note" and urn not in shown]


@dataclass(frozen=True)
class Asked:
    """Whose weapons somebody asks for: the list's filter (`place` or `holder`) and the opaque id it is about."""

    filter: str
    urn: str

    @property
    def digest(self) -> str:
        """What an address carries of it: names never stand there."""
        return identity.ref_of(self.urn)


def asked_by_name(text: str) -> Asked:
    """What a name asks for: a place this node knows, else whatever is held by the party of that name, known or not."""
    services.require_own_log()
    place = identity.opaque("place", text)
    if Place.objects.filter(pk=place).exists() or side_texts([place]):
        return Asked("place", place)
    return Asked("holder", text if _kind(text) == "party" else identity.opaque("party", text))


def is_body(party: str) -> bool:
    """Whether a party is known to be a body, whose weapons anybody may list who may see weapons."""
    return party in impersonal(side_texts([party]))


def body_at(place: str) -> str:
    """The party of the same name as a place where that is known to be a body, else the empty string."""
    text = side_texts([place]).get(place, "")
    party = identity.opaque("party", text) if text else ""
    return party if party and party in impersonal({party: text}) else ""


def holdings_looked_at(party: str, reason: Reason | str, *, by: Actor) -> bool:
    """Appends one act for somebody who lists what a person holds, and why (of the list `look`). Returns whether it is a new one.

    A name nobody has here is asked for all the same: that a person holds nothing is an answer too.
    """
    captured = services.append([_look({"person": party, "list": "weapons"}, reason, by)], by=by)
    return captured[0].new


def _look(about: Mapping[str, str], reason: Reason | str, by: Actor) -> Draft:
    """The act of who looks. The same look for the same reason is the same act, whenever it is."""
    services.require_own_log()
    why = checking.reason("look", reason)
    words = {"reason": identity.note(why.words)} if why.words else {}
    fields = {**about, "viewer": identity.opaque("person", by.name), FIELD: why.code, **words}
    return services.act("person_viewed", fields, texts=(SideNote("note", why.words),) if why.words else ())


def looks(weapon_id: str) -> list[dict[str, str]]:
    """Who looked at personal data of this weapon, when and why, the newest first."""
    acts = [e for e in store.entries_at(mentions.positions(weapon_id)) if e.body.get("act") == "person_viewed"]
    acts.sort(key=lambda entry: -entry.position)
    return [
        {
            "by": e.recorded.by,
            "time": e.recorded.time,
            "reason": str(e.body.get("reason", "")),
            "code": str(e.body.get(FIELD, "")),
            "person": str(e.body.get("person", "")),
        }
        for e in acts
    ]


def still_open(opened: Iterable[tuple[str, str]], about: str) -> bool:
    """Whether one of the (weapon id or party, RFC 3339 time) a session holds lets its names be read now."""
    now = datetime.now(UTC)
    return any(seen == about and now - datetime.fromisoformat(time) < OPEN_FOR for seen, time in opened)
