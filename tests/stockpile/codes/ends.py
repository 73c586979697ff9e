"""Streams of characters with times, and the scans in them: the pure splitter and the page's script are held to the same."""

from dataclasses import dataclass

Keys = list[tuple[str, float]]


@dataclass(frozen=True)
class Case:
    """What a stream has in it."""

    what: str
    keys: Keys
    scans: list[str]


def typed(text: str, gap: float, start: float = 0.0) -> Keys:
    """A text whose characters come `gap` milliseconds apart."""
    return [(character, start + gap * place) for place, character in enumerate(text)]


def _flood(count: int) -> Keys:
    return typed("".join(f"SN{number:04}\r" for number in range(count)), 2)


CASES = [
    Case("return ends a scan", typed("AB123\r", 5), ["AB123"]),
    Case("line feed ends a scan", typed("AB123\n", 5), ["AB123"]),
    Case("tab ends a scan", typed("AB123\t", 5), ["AB123"]),
    Case("return and line feed are one end", typed("AB123\r\nCD456\r\n", 5), ["AB123", "CD456"]),
    Case("return and tab are one end", typed("AB123\r\tCD456\r\t", 5), ["AB123", "CD456"]),
    Case("a pause ends what a scanner typed", typed("AB123", 5) + typed("CD456", 5, 200), ["AB123", "CD456"]),
    Case("80 ms are no pause yet", typed("AB123", 5) + typed("CD456\r", 5, 100), ["AB123CD456"]),
    Case("81 ms are one", typed("AB123", 5) + typed("CD456\r", 5, 101), ["AB123", "CD456"]),
    Case(
        "a hiccup does not cut what a scanner ends itself",
        typed("AB1\r", 5) + typed("CD4", 5, 50) + typed("56\r", 5, 800),
        ["AB1", "CD456"],
    ),
    Case(
        "a long pause ends it all the same",
        typed("AB1\r", 5) + typed("CD4", 5, 50) + typed("EF5\r", 5, 1100),
        ["AB1", "CD4", "EF5"],
    ),
    Case(
        "and brings the short pause back",
        typed("AB1\r", 5) + typed("CD4", 5, 50) + typed("EF5", 5, 1100) + typed("GH6", 5, 1200),
        ["AB1", "CD4", "EF5", "GH6"],
    ),
    Case("what a person types waits for return", typed("AB123\r", 150), ["AB123"]),
    Case("a thoughtful person too", typed("AB", 90) + typed("12\r", 900, 5000), ["AB12"]),
    Case("two quick keys are no scanner", typed("AB", 10) + typed("12\r", 200, 500), ["AB12"]),
    Case("empty lines are no scans", typed("\r\n\r\n\tAB1\r\r", 5), ["AB1"]),
    Case("a flood stays apart", _flood(300), [f"SN{number:04}" for number in range(300)]),
    Case("separators of GS1 belong to the scan", typed("0109506000134352\x1d21A\r", 5), ["0109506000134352\x1d21A"]),
    Case("letters of any script are characters", typed("АБ😀1\r", 5), ["АБ😀1"]),
    Case("nothing has no scans", [], []),
]
