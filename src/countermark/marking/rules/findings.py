"""What is found when marks are held against a rule."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from countermark.marking.profiles import Force, Profile, Rule
from countermark.marks.sentences import Sentence

Judgement = Literal["met", "missing", "refused", "advice", "unknown"]
Verdict = Literal["compliant", "not_compliant", "incomplete", "exempt", "not_applicable"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One statement about a weapon, with the rule it comes from.

    `said` is an English sentence with named places, which `params` fill: a page translates the sentence before it fills them.
    """

    rule: str
    profile: str
    force: Force
    verdict: Judgement
    component: str | None
    attribute: str
    said: str
    source: str
    params: Mapping[str, str] = field(default_factory=dict)
    confidence: str = "read"

    @property
    def message(self) -> Sentence:
        return Sentence(self.said, **self.params)

    def as_json(self) -> dict[str, object]:
        """The shape of the contract, *Marking*; `confidence` says whether the source was read or is remembered."""
        return {
            "rule": self.rule,
            "profile": self.profile,
            "force": self.force,
            "verdict": self.verdict,
            "component": self.component,
            "attribute": self.attribute,
            "message": str(self.message),
            "source": self.source,
            "confidence": self.confidence,
        }


@dataclass(frozen=True, slots=True)
class Voice:
    """Says things in the name of one rule of one profile."""

    profile: Profile
    rule: Rule

    def says(
        self, verdict: Judgement, attribute: str, said: str, component: str | None = None, **params: str
    ) -> Finding:
        return Finding(
            rule=self.rule.id,
            profile=self.profile.id,
            force=self.profile.force_of(self.rule),
            verdict=verdict,
            component=component,
            attribute=attribute,
            said=said,
            source=self.rule.source,
            params=params,
            confidence=self.rule.confidence,
        )


def verdict_of(findings: Iterable[Finding]) -> Verdict:
    """What the findings of one profile come to; advice never counts against a weapon."""
    judgements = {finding.verdict for finding in findings}
    if judgements & {"missing", "refused"}:
        return "not_compliant"
    return "incomplete" if "unknown" in judgements else "compliant"
