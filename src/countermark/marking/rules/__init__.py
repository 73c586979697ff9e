"""Judging and planning marks under any number of profiles at once (pure).

Nothing is merged silently: every finding names its rule, and where instruments differ both are shown.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from countermark.ledger.vocabulary import gettext_noop
from countermark.marking.description import Description, Mark, Problem
from countermark.marking.profiles import Profile, Rule, digest, policy
from countermark.marking.rules import judging, planning
from countermark.marking.rules.findings import Finding, Verdict, Voice, verdict_of
from countermark.marks.sentences import Sentence

__all__ = ["Answer", "Finding", "Plan", "Verdict", "check", "plan"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the profiles say: a verdict each, and every finding behind it."""

    verdicts: dict[str, Verdict]
    findings: tuple[Finding, ...]
    space: tuple[planning.Space, ...]
    strictest: list[dict[str, Any]]
    conflicts: list[dict[str, Any]]

    def as_json(self) -> dict[str, Any]:
        """The shape of the contract, *Marking*."""
        return {
            "verdicts": self.verdicts,
            "findings": [finding.as_json() for finding in self.findings],
            "marks": [],
            "space": msgspec.to_builtins(self.space),
            "strictest": self.strictest,
            "conflicts": self.conflicts,
        }


@dataclass(frozen=True, slots=True)
class Plan:
    """The marks that are missing, and what the profiles say now and once they are applied.

    `made_under`: the digest of each profile's text, so that the plan stays explainable when a rule has changed.
    """

    now: Answer
    marks: tuple[planning.PlannedMark, ...]
    space: tuple[planning.Space, ...]
    planned_verdicts: dict[str, Verdict]
    made_under: dict[str, str]

    def as_json(self) -> dict[str, Any]:
        """The shape of the contract, *Marking*, with what a plan adds."""
        return {
            **self.now.as_json(),
            "marks": msgspec.to_builtins(self.marks),
            "space": msgspec.to_builtins(self.space),
            "planned_verdicts": self.planned_verdicts,
            "made_under": self.made_under,
        }


def plan(description: Description, profiles: Sequence[Profile], day: dt.date, problems: Sequence[Problem] = ()) -> Plan:
    """Which marks are needed besides those described, under all the profiles that apply.

    Verdicts and findings are of the weapon as it is described; `planned_verdicts` of the weapon as it will be. Where no marks
    are described the plan is made for a weapon without any.
    """
    profiles = [*profiles, *_policy(description, profiles)]
    now = check(description, profiles, day, problems)
    plain = _normal(msgspec.structs.replace(description, marks=description.marks or ()))
    rules = planning.in_force(plain, profiles, now.verdicts, day)
    marks = planning.needed(plain, rules)
    marks += planning.in_advance(plain, _covering(profiles, now), day, marks)
    then = check(planning.applied(plain, marks), profiles, day, problems)
    return Plan(
        now=now,
        marks=tuple(marks),
        space=tuple(planning.spaces(plain, marks)),
        planned_verdicts=then.verdicts,
        made_under={profile.id: digest(profile) for profile in profiles},
    )


def check(
    description: Description, profiles: Sequence[Profile], day: dt.date, problems: Sequence[Problem] = ()
) -> Answer:
    """Judges the marks described under each profile by the rules in force on `day`.

    `problems` are the parts of the description that could not be used: with any of them nothing is called compliant.
    """
    profiles = [*profiles, *_policy(description, profiles)]
    plain = _normal(description)
    verdicts: dict[str, Verdict] = {}
    findings: list[Finding] = [_unusable(problem) for problem in problems]
    for profile in profiles:
        verdict, found = _under(profile, plain, day)
        verdicts[profile.id] = "incomplete" if problems and verdict == "compliant" else verdict
        findings += found
    due = planning.in_force(plain, profiles, verdicts, day)
    return Answer(
        verdicts=verdicts,
        findings=tuple(findings),
        space=tuple(planning.spaces(plain, ())),
        strictest=[*planning.strictest(due), *planning.permitted(due)],
        conflicts=planning.conflicts(verdicts, profiles),
    )


def _covering(profiles: Sequence[Profile], answer: Answer) -> list[Profile]:
    """The profiles that cover the weapon at all."""
    return [profile for profile in profiles if answer.verdicts[profile.id] not in ("exempt", "not_applicable")]


def _policy(description: Description, profiles: Sequence[Profile]) -> list[Profile]:
    """The State's identity policy as a profile, where the description names one."""
    if description.identity is None or any(profile.id == "identity" for profile in profiles):
        return []
    return [policy(description.identity)]


def _unusable(problem: Problem) -> Finding:
    return Finding(
        rule="description",
        profile="",
        force="advisory",
        verdict="unknown",
        component=None,
        attribute=problem.path,
        said=gettext_noop("Left out; expected %(expected)s."),
        source="",
        params={"expected": problem.expected},
    )


def _under(profile: Profile, description: Description, day: dt.date) -> tuple[Verdict, list[Finding]]:
    if reason := _outside(profile, description, day):
        return "not_applicable", [_of_profile(profile, "advice", "scope", reason)]
    if exempt := _exemption(profile, description):
        return "exempt", [exempt]
    findings = _gaps(profile, description)
    if description.occasion is None:
        return "incomplete", findings
    rules = [rule for rule in profile.rules_on(day) if description.occasion in rule.occasions]
    if not rules:
        return "not_applicable", [_asks_nothing(profile)]
    if description.marks is None:
        return "incomplete", [*findings, *_needed(profile, rules, description)]
    for rule in rules:
        findings += judging.judge(rule, profile, description)
    if not findings:
        return "not_applicable", [_asks_nothing(profile)]
    verdict = verdict_of(findings)
    if verdict == "not_compliant" and _may_be_exempt(profile, description):
        findings.append(_purpose_taken(profile))
    return verdict, findings


def _asks_nothing(profile: Profile) -> Finding:
    said = gettext_noop("The instrument asks for nothing of this weapon on this occasion.")
    return _of_profile(profile, "advice", "occasion", said)


def _needed(profile: Profile, rules: Sequence[Rule], description: Description) -> Iterator[Finding]:
    """What the occasion asks for, where nobody told which marks there are."""
    for rule in rules:
        if judging.applies(rule, description) is not False:
            yield Voice(profile, rule).says(
                "unknown", "mark", gettext_noop("Asked for on this occasion: %(title)s."), title=Sentence(rule.title)
            )


def _may_be_exempt(profile: Profile, description: Description) -> bool:
    return bool(profile.exemptions) and description.occasion == "import" and description.import_purpose is None


def _purpose_taken(profile: Profile) -> Finding:
    said = gettext_noop("The purpose of the import is not described and taken as permanent; others may be exempt.")
    return _of_profile(profile, "advice", "import_purpose", said)


def _outside(profile: Profile, description: Description, day: dt.date) -> str | None:
    if not profile.in_force(day):
        return gettext_noop("The instrument is not in force on the day asked for.")
    weapon = description.weapon
    if weapon is None:
        return None
    if weapon.kind in profile.kinds_outside:
        return gettext_noop("The instrument does not cover weapons of this kind.")
    if weapon.production in profile.productions_outside:
        return gettext_noop("The instrument does not cover weapons made in this way.")
    if weapon.year and profile.antiques_until and weapon.year <= profile.antiques_until:
        return gettext_noop("Made before 1900: the instrument leaves antiques to national law.")
    return None


def _exemption(profile: Profile, description: Description) -> Finding | None:
    if description.occasion != "import":
        return None
    for exemption in profile.exemptions:
        if description.import_purpose in exemption.purposes:
            said = gettext_noop("No mark is due for an import of this purpose. %(instead)s")
            finding = _of_profile(profile, "advice", "import_purpose", said, instead=Sentence(exemption.instead))
            return replace(finding, source=exemption.source)
    return None


def _gaps(profile: Profile, description: Description) -> list[Finding]:
    """What every judgement needs and the description does not tell."""
    gaps = []
    if description.occasion is None:
        gaps.append(
            _of_profile(
                profile,
                "unknown",
                "occasion",
                gettext_noop("The occasion is not described: it decides which rules apply."),
            )
        )
    if profile.kinds_outside and (description.weapon is None or description.weapon.kind is None):
        gaps.append(
            _of_profile(
                profile,
                "unknown",
                "kind",
                gettext_noop("The kind of weapon is not described: the instrument covers some kinds only."),
            )
        )
    if description.marks is None:
        gaps.append(
            _of_profile(
                profile,
                "unknown",
                "marks",
                gettext_noop("No marks are described; an empty list says that there are none."),
            )
        )
    return gaps


def _of_profile(profile: Profile, verdict: str, attribute: str, said: str, **params: str) -> Finding:
    return Finding(profile.id, profile.id, profile.force, verdict, None, attribute, said, profile.source, params)  # type: ignore[arg-type]


def _normal(description: Description) -> Description:
    """A component `plate` is a frame with a carrier plate (contract, *Register file*)."""
    marks = description.marks
    if marks is None or all(mark.component != "plate" for mark in marks):
        return description
    return msgspec.structs.replace(description, marks=tuple(_on_frame(mark) for mark in marks))


def _on_frame(mark: Mark) -> Mark:
    return msgspec.structs.replace(mark, component="frame", carrier="plate") if mark.component == "plate" else mark
