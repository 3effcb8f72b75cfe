"""Holds requests, answers and gateway objects against Discord's own OpenAPI description, where that is at hand.

It knows no sandbox: only methods, paths, bodies and schemas. The description is read where it lies, never copied.
Requests are read as leniently as Discord reads them (digits for numbers and back); answers as strictly as it writes.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

import jsonschema
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError
from referencing import Registry
from referencing.jsonschema import DRAFT202012

Json = Any
BESIDE_THE_REPOSITORY: Final = Path(__file__).parents[3] / "shared" / "reference" / "discord-openapi.json"
LENIENT: Final = "urn:discord:requests"
STRICT: Final = "urn:discord:answers"
DIGITS: Final = re.compile(r"-?[0-9]+")
PREFIX: Final = re.compile(r"^/api(/v\d+)?(?=/)")
REMEMBERED_BODIES: Final = 4000  # most bodies of a run are seen again, and checking one costs a millisecond


def find_description() -> Path | None:
    """Where Discord's description lies on this machine, if it does."""
    named = os.environ.get("DISCORD_OPENAPI")
    candidates = [Path(named)] if named else [BESIDE_THE_REPOSITORY]
    return next((path for path in candidates if path.is_file()), None)


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path, with pointers to the schemas of what goes in and out."""

    method: str
    template: str
    pattern: re.Pattern[str]
    request: str | None  # JSON pointer into the description
    responses: dict[str, str | None]  # by status or "4XX"; None where the answer has no body
    query: dict[str, str]  # schema pointers by parameter

    @property
    def name(self) -> str:
        return f"{self.method} {self.template}"


class Description:
    """Discord's REST API as its description tells it. Every check returns sentences, none when all is well."""

    def __init__(self, document: Json) -> None:
        _correct(document)
        self._registry: Registry[Any] = Registry().with_resources(
            (uri, DRAFT202012.create_resource(_rewritten(document, lenient=uri == LENIENT)))
            for uri in (LENIENT, STRICT)
        )
        self._kind = _validator_class(document)
        self.schemas: frozenset[str] = frozenset(document["components"]["schemas"])
        self.operations = sorted(_operations(document), key=lambda o: (o.template.count("{"), -len(o.template)))
        self._validators: dict[str, Draft202012Validator] = {}
        self._seen: dict[tuple[str, str], list[str]] = {}

    @classmethod
    def load(cls, path: Path) -> Description:
        return cls(json.loads(path.read_text(encoding="utf-8")))

    def operation(self, method: str, path: str) -> Operation | None:
        """The operation behind a request; literal paths win over templated ones."""
        bare = PREFIX.sub("", unquote(path.split("?", 1)[0])).rstrip("/")
        return next((o for o in self.operations if o.method == method.upper() and o.pattern.fullmatch(bare)), None)

    def check_request(self, operation: Operation, body: Json, query: dict[str, str] | None = None) -> list[str]:
        """`body` is the JSON body, or the `payload_json` of a multipart one; None when there is none."""
        faults = [
            f"query {name}={value}: {readings[0][0]}"
            for name, value in (query or {}).items()
            if name in operation.query
            and all(readings := [self._check(f"{uri}#{operation.query[name]}", form) for uri, form in _readings(value)])
        ]
        if body is not None and operation.request is not None:
            faults += self._check(f"{LENIENT}#{operation.request}", body)
        return faults

    def check_response(self, operation: Operation, status: int, body: Json) -> list[str]:
        kind = str(status) if str(status) in operation.responses else f"{status // 100}XX"
        if kind not in operation.responses:
            return [f"status {status} is none of {', '.join(sorted(operation.responses))}"]
        pointer = operation.responses[kind]
        if pointer is None:
            return [] if body in (None, "", b"") else [f"status {status} has no body, but one was sent"]
        return self._check(f"{STRICT}#{pointer}", body)

    def check_object(self, schema: str, value: Json) -> list[str]:
        """A gateway payload, or a part of one, against a named schema."""
        if schema not in self.schemas:
            raise KeyError(f"{schema} is no schema of the description.")
        return self._check(f"{STRICT}#/components/schemas/{schema}", value)

    def _check(self, uri: str, value: Json) -> list[str]:
        key = (uri, json.dumps(value, sort_keys=True))
        if key not in self._seen:
            if len(self._seen) >= REMEMBERED_BODIES:
                self._seen.clear()
            self._seen[key] = [_sentence(e) for e in self._validator(uri).iter_errors(value)]
        return self._seen[key]

    def _validator(self, uri: str) -> Draft202012Validator:
        if uri not in self._validators:
            self._validators[uri] = self._kind({"$ref": uri}, registry=self._registry, format_checker=FORMATS)
        return self._validators[uri]


# -- the description, made fit for checking ----------------------------------------------------------------------------


def _correct(document: Json) -> None:
    """Where the description contradicts Discord's documentation, which its own README ranks above it."""
    # "Error Messages": the codes inside a form error are words, such as BASE_TYPE_CHOICES.
    word = {"type": "object", "properties": {"code": {"type": "string"}, "message": {"type": "string"}}}
    faults = {"type": "array", "items": word | {"required": ["code", "message"]}}
    schemas = document["components"]["schemas"]
    schemas["InnerErrors"]["properties"]["_errors"] = faults
    # "Message Reference Types": forwards are of type 1, which the description leaves out.
    schemas["MessageReferenceType"]["oneOf"].append({"const": 1})
    # "Entitlement Types": test purchases and others are of types 1 to 7; who owns one may be a server alone.
    schemas["EntitlementTypes"]["oneOf"] += [{"const": kind} for kind in range(1, 8)]
    schemas["EntitlementResponse"]["required"].remove("user_id")
    # "Rate Limit Response Structure": only some limits have a `code`.
    schemas["RatelimitedResponse"]["allOf"][0] = {"properties": {"code": {"type": "integer"}}, "required": ["message"]}
    # "Edit Current Application": a description is a string.
    schemas["ApplicationFormPartial"]["properties"]["description"] = {"type": "string"}


def _rewritten(node: Json, *, lenient: bool) -> Json:
    """`oneOf` becomes `anyOf`, for Discord's unions overlap; a list of constants becomes an enumeration."""
    if isinstance(node, list):
        return [_rewritten(item, lenient=lenient) for item in node]
    if not isinstance(node, dict):
        return node
    new = {key: _rewritten(value, lenient=lenient) for key, value in node.items()}
    if "oneOf" in new and isinstance(new["oneOf"], list):
        options = new.pop("oneOf")
        if all(isinstance(option, dict) and "const" in option for option in options):
            new["enum"] = [option["const"] for option in options]
        else:
            new["anyOf"] = options
    kinds = new.get("type")
    if lenient and new.get("format") == "snowflake":
        return {"type": ["string", "integer"], "pattern": "^[0-9]+$", "format": "snowflake"}
    if lenient and "enum" not in new and kinds in ("integer", ["integer", "null"]):
        return new | {"type": ["integer", "string", "null"][: 2 if kinds == "integer" else 3], "pattern": "^-?[0-9]+$"}
    return new


def _operations(document: Json) -> Iterator[Operation]:
    for template, methods in document["paths"].items():
        pattern = re.compile(re.sub(r"\\\{[^{}]+\\\}", "[^/]+", re.escape(template)))
        path_pointer = f"/paths/{_escape(template)}"
        for method, operation in methods.items():
            if method == "parameters":
                continue
            pointer = f"{path_pointer}/{method}"
            content = operation.get("requestBody", {}).get("content", {})
            yield Operation(
                method=method.upper(),
                template=template,
                pattern=pattern,
                request=next(
                    (f"{pointer}/requestBody/content/{_escape(kind)}/schema" for kind in _json_first(content)), None
                ),
                responses={
                    status: _response_pointer(document, f"{pointer}/responses/{status}", response)
                    for status, response in operation["responses"].items()
                },
                query={
                    parameter["name"]: f"{where}/parameters/{number}/schema"
                    for where, parameters in (
                        (path_pointer, methods.get("parameters", [])),
                        (pointer, operation.get("parameters", [])),
                    )
                    for number, parameter in enumerate(parameters)
                    if parameter["in"] == "query"
                },
            )


def _response_pointer(document: Json, pointer: str, response: Json) -> str | None:
    if "$ref" in response:
        pointer = response["$ref"].removeprefix("#")
        response = document["components"]["responses"][pointer.rsplit("/", 1)[1]]
    kinds = response.get("content", {})
    return f"{pointer}/content/application~1json/schema" if "application/json" in kinds else None


def _json_first(content: Iterable[str]) -> list[str]:
    return sorted(content, key=lambda kind: kind != "application/json")


def _escape(step: str) -> str:
    return step.replace("~", "~0").replace("/", "~1").replace("{", "%7B").replace("}", "%7D")


def _readings(value: str) -> list[tuple[str, Json]]:
    """What a piece of a query may mean, for it carries no types; with the reading under which that may be."""
    numbers = [(LENIENT, int(value))] if DIGITS.fullmatch(value) else []
    truths = [(STRICT, value in ("true", "True", "1"))] if value in ("true", "false", "True", "False", "1", "0") else []
    return [*numbers, *truths, (STRICT, value), (STRICT, [value])]


# -- the validator -----------------------------------------------------------------------------------------------------

FORMATS: Final = FormatChecker(formats=())


@FORMATS.checks("date-time", raises=ValueError)
def _is_moment(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


@FORMATS.checks("snowflake")
def _is_snowflake(value: object) -> bool:
    return not isinstance(value, str | int) or not str(value).isdigit() or int(value) < 1 << 63


def _validator_class(document: Json) -> Any:
    """JSON Schema with one change: `anyOf` looks at an object's `type` before it tries every option.

    That is fast, and the faults told are those of the component that was meant, not of all the others.
    """
    types = {
        f"#/components/schemas/{name}": _types_meant(schema)
        for name, schema in document["components"]["schemas"].items()
    }

    def any_of(validator: Any, options: list[Json], instance: Json, _schema: Json) -> Iterator[ValidationError]:
        meant = options
        if isinstance(instance, dict) and "type" in instance:
            meant = [
                o for o in options if instance["type"] in types.get(o.get("$ref", ""), (instance["type"],))
            ] or options
        failures: list[ValidationError] = []
        for option in meant:
            errors = list(validator.descend(instance, option))
            if not errors:
                return
            failures += errors
        yield ValidationError(f"fits none of {len(options)} forms", context=failures)

    return jsonschema.validators.extend(Draft202012Validator, {"anyOf": any_of})  # type: ignore[no-untyped-call]


def _types_meant(schema: Json) -> Collection[int]:
    """Which values of `type` a schema is for; for one that does not say, any."""
    if schema.get("type") != "object":
        return ()
    kind = schema.get("properties", {}).get("type", {})
    return kind["enum"] if "enum" in kind else range(256)


def _sentence(error: ValidationError) -> str:
    told = _deepest(error)
    place = ".".join(str(step) for step in told.absolute_path) or "body"
    return f"{place}: {told.message if len(told.message) < 200 else told.message[:90] + ' … ' + told.message[-90:]}"


def _deepest(error: ValidationError) -> ValidationError:
    """The fault nearest to its cause; among those of one place, rather a broken limit than a wrong type."""
    return max(
        [error, *(_deepest(child) for child in error.context or ())],
        key=lambda e: (len(e.absolute_path), e.validator not in (None, "anyOf", "type", "enum", "const")),
    )
