"""Microsoft's own description of the API: what bodies may look like.

Belongs here: validators for the description's definitions. Does not: anything that the description leaves
open (types of columns, limits), nor the parts of the API that it does not mention (sequence numbers).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from jsonschema import Draft4Validator, FormatChecker

from insight_pipeline.emulator.answers import Detail

_WRITTEN, _MEANT = r"\u10000-\u10FFFF", r"\U00010000-\U0010FFFF"
MOST_DETAILS = 10


@cache
def description() -> Mapping[str, Any]:
    """The description as published; patterns are written so that Python reads them as they are meant."""
    file = resources.files("insight_pipeline.emulator") / "powerbi-push.swagger.json"
    loaded: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"), object_hook=_repaired)
    return loaded


def _repaired(mapping: dict[str, Any]) -> dict[str, Any]:
    pattern = mapping.get("pattern")
    if isinstance(pattern, str):
        mapping["pattern"] = pattern.replace(_WRITTEN, _MEANT)
    return mapping


@cache
def validator(definition: str) -> Draft4Validator:
    """Checks a body against one definition."""
    definitions = description()["definitions"]
    if definition == "Tables":
        # The service lists names alone, although its description asks for columns.
        listed = {**definitions["Table"], "required": ["name"]}
        definitions = {**definitions, "Table": listed}
    if definition not in definitions:
        raise KeyError(definition)
    schema = {"definitions": definitions, "allOf": [{"$ref": f"#/definitions/{definition}"}]}
    return Draft4Validator(schema, format_checker=FormatChecker())


def violations(definition: str, body: object) -> list[Detail]:
    """What of a body contradicts the definition, up to ten points."""
    found = []
    for error in validator(definition).iter_errors(body):
        target = "/".join(str(step) for step in error.absolute_path)
        found.append(Detail(error.message[:300], target))
        if len(found) == MOST_DETAILS:
            break
    return found
