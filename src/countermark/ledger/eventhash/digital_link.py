"""GS1 identification keys in one form: the constrained canonical GS1 Digital Link URI of CBV 2.0, section 8.9.

EPC URIs (TDS 2.0, sections 6 to 8) and Digital Link URIs (release 1.2, section 4.11) of any host become
`https://id.gs1.org/<key>/...` with the most fine-grained level of identification only.
"""

import re
from collections.abc import Callable

_HOST = "https://id.gs1.org"
_ESCAPED = str.maketrans({"!": "%21", "(": "%28", ")": "%29", "*": "%2A", "+": "%2B", ",": "%2C", ":": "%3A"})

# One character of a serial, lot or reference as an EPC URI writes it (TDS, table A-1), and as a Digital Link path does.
_CHARACTER = (
    r"(?:%2[1-35-9A-Fa-f]|%3[0-9A-Fa-f]|%4[1-9A-Fa-f]|%5[0-9AFaf]|%6[1-9A-Fa-f]|%7[0-9Aa]|[!')(*+,.0-9:;=A-Za-z_-])"
)
_PART_CHARACTER = r"(?:%2[3DFdf]|%3[0-9]|%4[1-9A-Fa-f]|%5[0-9Aa]|[0-9A-Z-])"
_PATH = r"[\"'\-.0-9;<=>?A-Z_a-z]"
_PART_PATH = r"[#\-/0-9A-Z]"


def canonical(uri: str) -> str | None:
    """The constrained canonical Digital Link of an EPC or Digital Link URI; None when it carries no GS1 key."""
    if uri.startswith("urn:epc:"):
        return _from_epc(uri)
    if uri.startswith(("https://", "http://")):
        return _from_link(uri)
    return None


def check_digit(digits: str) -> str:
    """The check digit of a numeric GS1 key (General Specifications, section 7.9.1): weights 3, 1, 3... from the right."""
    odd, even = digits[::-2], digits[-2::-2]
    return str(-(3 * sum(map(int, odd)) + sum(map(int, even))) % 10)


def _gtin(company: str, item: str) -> str:
    return _checked(item[0] + company + item[1:])


def _checked(digits: str) -> str:
    return digits + check_digit(digits)


def _location(company: str, reference: str, extension: str) -> str:
    gln = f"/414/{_checked(company + reference)}"
    return gln if extension == "0" else f"{gln}/254/{extension}"


def _serial(longest: int) -> str:
    return rf"\.({_CHARACTER}{{1,{longest}}})"


# Scheme: digits of company prefix and reference together, pattern of the rest, and how the path is put together.
# The rest is one group; an EPC pattern replaces its last part by "*".
_NUMERIC: dict[str, tuple[int, str, Callable[..., str]]] = {
    "id:sgtin": (13, _serial(20), lambda c, r, s: f"/01/{_gtin(c, r)}/21/{s}"),
    "id:upui": (13, _serial(28), lambda c, r, s: f"/01/{_gtin(c, r)}/235/{s}"),
    "id:itip": (13, rf"\.(\d\d)\.(\d\d){_serial(20)}", lambda c, r, p, t, s: f"/8006/{_gtin(c, r)}{p}{t}/21/{s}"),
    "id:sscc": (17, "", lambda c, r: f"/00/{_gtin(c, r)}"),
    "id:sgln": (12, _serial(20), _location),
    "id:pgln": (12, "", lambda c, r: f"/417/{_checked(c + r)}"),
    "id:grai": (12, _serial(16), lambda c, r, s: f"/8003/{_checked('0' + c + r)}{s}"),
    "id:gsrn": (17, "", lambda c, r: f"/8018/{_checked(c + r)}"),
    "id:gsrnp": (17, "", lambda c, r: f"/8017/{_checked(c + r)}"),
    "id:gdti": (12, _serial(20), lambda c, r, s: f"/253/{_checked(c + r)}{s}"),
    "id:sgcn": (12, r"\.(\d{1,12})", lambda c, r, s: f"/255/{_checked(c + r)}{s}"),
    "id:gsin": (16, "", lambda c, r: f"/402/{_checked(c + r)}"),
    "class:lgtin": (13, _serial(20), lambda c, r, s: f"/01/{_gtin(c, r)}/10/{s}"),
    "idpat:sgtin": (13, r"\.\*", lambda c, r: f"/01/{_gtin(c, r)}"),
    "idpat:upui": (13, r"\.\*", lambda c, r: f"/01/{_gtin(c, r)}"),
    "idpat:itip": (13, r"\.(\d\d)\.(\d\d)\.\*", lambda c, r, p, t: f"/8006/{_gtin(c, r)}{p}{t}"),
    "idpat:grai": (12, r"\.\*", lambda c, r: f"/8003/{_checked('0' + c + r)}"),
    "idpat:gdti": (12, r"\.\*", lambda c, r: f"/253/{_checked(c + r)}"),
    "idpat:sgcn": (12, r"\.\*", lambda c, r: f"/255/{_checked(c + r)}"),
}
# Schemes whose reference is text: company prefix and reference have at most 30 characters together.
_TEXTUAL: dict[str, tuple[str, str, Callable[..., str]]] = {
    "id:giai": (_CHARACTER, "", lambda key: f"/8004/{key}"),
    "id:ginc": (_CHARACTER, "", lambda key: f"/401/{key}"),
    "id:cpi": (_PART_CHARACTER, r"\.(\d{1,12})", lambda key, serial: f"/8010/{key}/8011/{serial}"),
    "idpat:cpi": (_PART_CHARACTER, r"\.\*", lambda key: f"/8010/{key}"),
}


def _compiled() -> dict[str, tuple[re.Pattern[str], Callable[..., str]]]:
    schemes = {}
    for scheme, (digits, rest, path) in _NUMERIC.items():
        together = f"(?=[0-9.]{{{digits + 1}}}(?:\\.|$))" if digits > 12 else ""
        schemes[scheme] = re.compile(rf"{together}(\d{{6,12}})\.(\d*){rest}", re.ASCII), path
    for scheme, (character, rest, text_path) in _TEXTUAL.items():
        schemes[scheme] = re.compile(rf"(\d{{6,12}})\.({character}+?){rest}", re.ASCII), text_path
    return schemes


_SCHEMES = _compiled()


def _from_epc(uri: str) -> str | None:
    _, _, kind, name, *body = uri.split(":", 4)
    scheme = f"{kind}:{name}"
    if scheme not in _SCHEMES or not body:
        return None
    pattern, path = _SCHEMES[scheme]
    match = pattern.fullmatch(body[0])
    if match is None:
        return None
    company, reference, *rest = match.groups()
    if scheme in _TEXTUAL:
        if len(company) + len(re.sub("%..", "_", reference)) > 30:
            return None
        return _HOST + path(company + reference.translate(_ESCAPED), *rest)
    if len(company) + len(reference) != _NUMERIC[scheme][0]:
        return None
    return _HOST + path(company, reference, *(part.translate(_ESCAPED) for part in rest))


_KEYS = {
    "sscc": "00", "gtin": "01", "gdti": "253", "gcn": "255", "ginc": "401", "gsin": "402", "gln": "414", "party": "417",
    "grai": "8003", "giai": "8004", "itip": "8006", "cpid": "8010", "gsrnp": "8017", "gsrn": "8018",
}  # fmt: skip
_QUALIFIERS = {"cpv": "22", "lot": "10", "ser": "21"}
_KEY_SEGMENTS = _KEYS | {key: key for key in _KEYS.values()}

_CONSTRAINED = re.compile(
    r"/00/\d{18}|/402/\d{17}|/41[47]/\d{13}|/801[78]/\d{18}|/255/\d{13,25}"
    rf"|/414/\d{{13}}/254/{_PATH}{{0,20}}"
    rf"|/(?:01/\d{{14}}|8006/\d{{18}})(?:/(?:21|10)/{_PATH}{{0,20}})?|/01/\d{{14}}/235/{_PATH}{{0,28}}"
    rf"|/253/\d{{13}}{_PATH}{{0,17}}|/401/{_PATH}{{0,30}}|/8003/\d{{14}}{_PATH}{{0,16}}|/8004/{_PATH}{{0,30}}"
    rf"|/8010/{_PART_PATH}{{0,30}}(?:/8011/\d{{0,12}})?",
    re.ASCII,
)


def _from_link(uri: str) -> str | None:
    segments = uri.partition("?")[0].rstrip("/").split("/")
    for at, segment in enumerate(segments[3:-1], 3):
        key = _KEY_SEGMENTS.get(segment)
        # The shortest key value has four digits in front: /01/ in a host's own path is rarely followed by that.
        if key is not None and segments[at + 1][:4].isdigit():
            return _constrained(key, segments[at + 1], segments[at + 2 :])
    return None


def _constrained(key: str, value: str, qualifiers: list[str]) -> str | None:
    if key == "01" and value.isdigit():
        value = value.zfill(14)
    path = f"/{key}/{value}"
    if len(qualifiers) % 2:
        return None
    named = {_QUALIFIERS.get(name, name): text for name, text in zip(qualifiers[::2], qualifiers[1::2], strict=True)}
    named.pop("22", None)
    if "21" in named:
        named.pop("10", None)
    path += "".join(f"/{name}/{text}" for name, text in named.items())
    return _HOST + path if _CONSTRAINED.fullmatch(path) else None
