"""RFC 8785 (JSON Canonicalization Scheme): one byte string for one JSON value."""

import re
from typing import Any

import msgspec
import rfc8785

_SAFE = 2**53
_ASTRAL = re.compile("[\U00010000-\U0010ffff]")
_encode = msgspec.json.Encoder(order="sorted").encode
_decode = msgspec.json.Decoder().decode


def encode(value: Any) -> bytes:
    """The RFC 8785 bytes of a JSON value (dict, list, tuple, str, int, float, bool, None).

    Raises ValueError for what JSON cannot carry unchanged: NaN and infinities, integers beyond 2^53 - 1, lone
    surrogates, keys that are no strings, other types, nesting deeper than the interpreter allows.
    """
    try:
        return _encode(value) if _is_plain(value) else rfc8785.dumps(value)
    except UnicodeEncodeError as error:
        raise ValueError("text with a lone surrogate has no canonical form") from error
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def encode_plain(value: Any) -> bytes:
    """As `encode` but twice as fast and unchecked: for values this program built itself of strings, integers below 2^53,
    booleans, None, lists and dicts whose keys are strings without characters above U+FFFF.
    """
    return _encode(value)


def decode(data: bytes) -> Any:
    """The JSON value of UTF-8 bytes; raises ValueError (msgspec.DecodeError is one) for anything else."""
    try:
        return _decode(data)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _is_plain(value: Any) -> bool:
    # msgspec writes floats its own way, NaN as null, and sorts keys by code point where RFC 8785 sorts by UTF-16 unit;
    # it agrees on everything this accepts.
    kind = type(value)
    if kind is str or value is None or kind is bool:
        return True
    if kind is dict:
        for key, item in value.items():
            if type(key) is not str or not (key.isascii() or _ASTRAL.search(key) is None):
                return False
            if type(item) is not str and not _is_plain(item):
                return False
        return True
    if kind is list:
        return all(map(_is_plain, value))
    return kind is int and -_SAFE < value < _SAFE
