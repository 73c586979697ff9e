"""What there is to say about a file: which activity, which line, what, from which rule."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from countermark.marks.sentences import Sentence

Kind = Literal["unreadable", "structure", "schema", "rule", "code", "changed", "withheld"]
Severity = Literal["error", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")


@dataclass(frozen=True)
class Finding:
    """`unreadable`: the activity is refused; `structure` and `schema`: not as the standard's schema has it; `rule`: the standard's
    ruleset, by its number; `code`: not in a code list; `changed`: read from an older version; `withheld`: left out on purpose.
    """

    kind: Kind
    severity: Severity
    rule: str
    activity: str
    line: int
    path: str
    message: Sentence

    def told(self) -> dict[str, Any]:
        """As JSON shows it."""
        return {
            "kind": self.kind,
            "severity": self.severity,
            "rule": self.rule,
            "activity": self.activity,
            "line": self.line,
            "path": self.path,
            "message": str(self.message),
        }


def counted(findings: Iterable[Finding]) -> dict[str, int]:
    """How many of each severity."""
    found = [one.severity for one in findings]
    return {severity: found.count(severity) for severity in SEVERITIES}
