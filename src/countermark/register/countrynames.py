"""Countries by name in the reader's language, as the ISO codes package translates them."""

import gettext
from functools import cache

import pycountry
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
