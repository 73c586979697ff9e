"""A State's own marking rules: profiles added or replaced, and rules ended, without code. Each is dated and gives a reason.

A plan names the digest of every profile it was made under, and the text with that digest is kept as a document, so that an old plan
stays explainable.
"""

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence

import msgspec

from countermark.ledger.entry import Entry
from countermark.ledger.models import Attachment
from countermark.ledger.services import Actor, attachment
from countermark.marking import acts, profiles, projection, states
from countermark.marking.acts import refuse
from countermark.marking.profiles import Profile, ProfileError, Rule
from countermark.marking.states import SHAPES
from countermark.marks.sentences import said

TEXT_TYPE = "application/toml"
PROFILE_TYPE = "application/json"


class StateRule(msgspec.Struct, frozen=True):
    """What a State changes: a profile of its own, or one rule it adds to a profile (`text`, TOML); or the last day of either (`ended`).

    The text of a rule is the change (`countermark schema marking-change`) that it came with.
    """

    profile: str
    text: str = ""
    rule: str = ""
    ended: str = ""

    @property
    def key(self) -> str:
        """What it changes: a profile, or one rule of it."""
        return f"{self.profile}/{self.rule}" if self.rule else self.profile


SHAPES["rule"] = StateRule


def add(text: str, *, reason: str, by: Actor) -> Profile:
    """Adds a profile of the State (TOML, `countermark schema marking-profile`), or one that takes the place of another of its id;
    or changes single rules of a profile (`countermark schema marking-change`). Returns the profile as it is then.

    Raises `Refused` for a text that is neither, with what was expected where, and without a reason.
    """
    acts.required("reason", reason, "why the rule is added or changed")
    if profiles.is_change(text):
        return _change(text, reason, by)
    try:
        profile = profiles.read(text)
    except ProfileError as error:
        raise refuse("text", "", said(error), "form") from error
    document = attachment(text.encode(), TEXT_TYPE)
    acts.state_record(
        "rule", profile.id, msgspec.to_builtins(StateRule(profile.id, text)), note=reason, kept=(document,), by=by
    )
    return profile


def _change(text: str, reason: str, by: Actor) -> Profile:
    try:
        change = profiles.read_change(text)
    except ProfileError as error:
        raise refuse("text", "", said(error), "form") from error
    before = _one(change.changes)
    own = {stated.rule for stated in changes() if stated.profile == change.changes and stated.text}
    stays = tuple(rule for rule in before.rules if not (rule.id in own and rule.id in {one.id for one in change.rules}))
    try:
        made = profiles.changed(msgspec.structs.replace(before, rules=stays), change)
    except ProfileError as error:
        raise refuse("text", "", said(error), "form") from error
    kept = (attachment(text.encode(), TEXT_TYPE),)
    with acts.alone():
        for rule in change.rules:
            stated = StateRule(change.changes, text, rule.id)
            acts.state_record("rule", stated.key, msgspec.to_builtins(stated), note=reason, kept=kept, by=by)
        for rule_id, day in change.ended.items():
            end(change.changes, day, rule=rule_id, reason=reason, by=by)
    return made


def _one(profile_id: str) -> Profile:
    found = next((one for one in known() if one.id == profile_id), None)
    if found is None:
        raise refuse("profile", profile_id, "the id of a profile", "unknown")
    return found


def end(profile_id: str, day: dt.date, *, rule: str = "", reason: str, by: Actor) -> None:
    """Ends a profile, or one rule of it, with a day that is the last one in force. Raises `Refused`."""
    acts.required("reason", reason, "why the rule ends")
    found = _one(profile_id)
    if rule and all(one.id != rule for one in found.rules):
        raise refuse("rule", rule, "the id of a rule of the profile", "unknown")
    before = acts.record("rule", f"{profile_id}/{rule}" if rule else profile_id)
    text = "" if before is None else str(before.value.get("text", ""))
    stated = StateRule(profile_id, text, rule, day.isoformat())
    acts.state_record("rule", stated.key, msgspec.to_builtins(stated), note=reason, by=by)


def changes() -> list[StateRule]:
    """Everything the State has added or ended, by key."""
    return [msgspec.convert(record.value, StateRule) for record in acts.records("rule")]


def history(profile_id: str) -> list[Entry]:
    """The acts that added, changed or ended a profile or one of its rules, oldest first; `recorded.note` is the reason."""
    keys = {profile_id, *(stated.key for stated in changes() if stated.profile == profile_id)}
    return states.ordered([entry for key in sorted(keys) for entry in projection.entries_about(f"rule:{key}")])


def known() -> list[Profile]:
    """Every profile: those that come with the program and the State's own, with what the State has ended."""
    return overlaid(profiles.shipped(), changes())


def overlaid(shipped: Sequence[Profile], changed: Iterable[StateRule]) -> list[Profile]:
    """Profiles with the changes of a State laid over them. Pure."""
    found = {profile.id: profile for profile in shipped}
    stated = sorted(changed, key=lambda change: (bool(change.rule), change.key))
    for change in stated:
        if change.text and change.rule and change.profile in found:
            found[change.profile] = _with_rule(found[change.profile], change)
        if change.text and not change.rule and (own := _readable(change)):
            found[change.profile] = own
        if change.ended and change.profile in found:
            found[change.profile] = _ended(found[change.profile], change)
    return list(found.values())


def unreadable() -> list[StateRule]:
    """What another version of this program accepted and this one cannot read: judged by nobody here, and to be shown."""
    return [
        change for change in changes() if change.text and (_rule(change) if change.rule else _readable(change)) is None
    ]


def _rule(change: StateRule) -> Rule | None:
    try:
        read = profiles.read_change(change.text, change.key)
    except ProfileError:
        return None
    return next((rule for rule in read.rules if rule.id == change.rule), None)


def _with_rule(profile: Profile, change: StateRule) -> Profile:
    """The profile with one rule of the State, which takes the place of any other of its id."""
    added = _rule(change)
    if added is None:
        return profile
    others = (rule for rule in profile.rules if rule.id != added.id)
    return msgspec.structs.replace(profile, rules=(*others, added))


def _readable(change: StateRule) -> Profile | None:
    try:
        return profiles.read(change.text, change.profile)
    except ProfileError:
        return None


def _ended(profile: Profile, change: StateRule) -> Profile:
    day = dt.date.fromisoformat(change.ended)
    if not change.rule:
        return msgspec.structs.replace(profile, to=day)
    rules = tuple(_rule_ended(rule, day) if rule.id == change.rule else rule for rule in profile.rules)
    return msgspec.structs.replace(profile, rules=rules)


def _rule_ended(rule: Rule, day: dt.date) -> Rule:
    return msgspec.structs.replace(rule, to=day)


def document(profile: Profile) -> bytes:
    """The bytes whose SHA-256 is the profile's digest: what is kept with a plan."""
    data = msgspec.json.encode(profile, order="sorted")
    assert hashlib.sha256(data).hexdigest() == profiles.digest(profile)  # noqa: S101 - two ways to one name
    return data


def as_it_was(digest: str) -> Profile | None:
    """A profile as a plan was made under, by its digest; None where no plan here was, or the document was erased."""
    row = Attachment.objects.filter(digest=digest, media_type=PROFILE_TYPE).first()
    return msgspec.json.decode(bytes(row.data), type=Profile) if row is not None and row.data else None
