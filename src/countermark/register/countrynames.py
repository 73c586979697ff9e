"""Countries by name in the reader's language, as the ISO codes package translates them."""

import gettext
from functools import cache

import pycountry
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext as _

from countermark.register.files import countries


def name(code: str) -> str:
    """The country's name in the active language; its English name where there is none, the code where it has no name."""
    if code == countries.UNKNOWN:
        return _("unknown country")
    return every().get(code, code)


def every() -> dict[str, str]:
    """Code to name in the active language, every country of today and every withdrawn one."""
    return _every(to_locale(get_language() or "en"))


@cache
def _every(language: str) -> dict[str, str]:
    today, former = (
        gettext.translation(domain, pycountry.LOCALES_DIR, [language], fallback=True)
        for domain in ("iso3166-1", "iso3166-3")
    )
    named = dict(countries.all_codes())
    for country in pycountry.countries:
        told = today.gettext(named[country.alpha_2])
        # Common names are translated less often than the official ones.
        named[country.alpha_2] = told if told != named[country.alpha_2] else _official(country.name, told, today)
    return named | {one.alpha_4: former.gettext(one.name) for one in pycountry.historic_countries}


def _official(official: str, otherwise: str, catalogue: gettext.NullTranslations) -> str:
    told = catalogue.gettext(official)
    return told if told != official else otherwise


def options(given: str) -> SafeString:
    """Every country by name as options of a list, the given one chosen: written once a language, for there are hundreds.

    A code that is none of them, such as a demonstration State's, stays too.
    """
    written = _options(to_locale(get_language() or "en"))
    own = {} if given in ("", *written) else {given: format_html(_OPTION, given, given)}
    chosen = {given: (written | own)[given].replace(">", " selected>", 1)} if given else {}
    return mark_safe("".join((written | own | chosen).values()))  # noqa: S308 - escaped one by one


_OPTION = '<option value="{}">{}</option>'


@cache
def _options(language: str) -> dict[str, str]:
    named = sorted(_every(language).items(), key=lambda item: item[1])
    return {code: format_html(_OPTION, code, name) for code, name in named}
