"""The languages of papers: the six of the United Nations. The pages are not shown in all of them: the words of papers in the others stand in `words/`."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.utils import translation

LANGUAGES = {"ar": "العربية", "zh": "中文", "en": "English", "fr": "Français", "ru": "Русский", "es": "Español"}
_DJANGO = {"zh": "zh-hans"}


def offered() -> dict[str, str]:
    """Every language a paper can be printed in, those of the pages first: its code and what it calls itself."""
    return {**dict(settings.LANGUAGES), **LANGUAGES}


@contextmanager
def spoken(language: str) -> Iterator[None]:
    """Says everything within in a language (one of `offered`)."""
    with translation.override(_DJANGO.get(language, language)):
        yield
