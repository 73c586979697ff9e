"""The words of the form in the six official languages of the United Nations (`labels.toml`). Pure."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources

LANGUAGES: Mapping[str, str] = {
    "ar": "العربية", "zh": "中文", "en": "English", "fr": "Français", "ru": "Русский", "es": "Español",
}  # fmt: skip
"""Code to the language's own name."""

RIGHT_TO_LEFT = frozenset({"ar"})


@cache
def words(language: str) -> dict[str, dict[str, str]]:
    """Block -> code -> word in a language. Raises `KeyError` for a language that is none of the six."""
    table = tomllib.loads(resources.files(__package__).joinpath("labels.toml").read_text("utf-8"))
    order = {name: at for at, name in enumerate(table.pop("languages"))}
    at = order[language]
    return {block: {code: texts[at] for code, texts in rows.items()} for block, rows in table.items()}
