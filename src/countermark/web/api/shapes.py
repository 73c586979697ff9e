"""Answers in shapes that another room publishes already: described once, there."""

from typing import Any

import msgspec
from pydantic import WithJsonSchema


def shape(kind: Any) -> WithJsonSchema:
    """How a value that msgspec writes is described, every reference in its place; it annotates `dict[str, Any]`."""
    [schema], components = msgspec.json.schema_components([kind])
    return WithJsonSchema(_resolved(schema, components))


def _resolved(schema: Any, components: dict[str, Any]) -> Any:
    if isinstance(schema, list):
        return [_resolved(one, components) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _resolved(components[schema["$ref"].rpartition("/")[2]], components)
    return {key: _resolved(value, components) for key, value in schema.items()}
