"""The prompt language: text to a frozen `Prompt`, or one `PromptError` with every fault, its place and its remedy.
Links first, then text in weighted parts, then parameters. Knows the table, no model; linear in the text's length.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, TypeVar, cast

from engine.errors import MOST_FAULTS, Fault, FaultKind, PromptError, Span
from engine.language.elsewhere import ELSEWHERE, UNMISTAKABLE
from engine.language.kinds import BadValueError, Name, Takes, Value, write_number
from engine.language.parameters import BY_NAME, BY_SPELLING, FLAGS, TABLE, Parameter, is_near
from engine.language.tokens import Sort, Token, escape_text, literal, scan, squeeze

T = TypeVar("T")
_READ = (Sort.WEIGHT, Sort.OPEN, Sort.CLOSE, Sort.LINK, Sort.MARKER, Sort.GLUED, Sort.LOOSE)
LONGEST_TEXT = 6000
LARGEST_WEIGHT = 1000.0
_ONE_VALUE = re.compile(r"\s*(\"[^\"]*\"|“[^“”]*”|\S+)\s*", re.DOTALL)
_RUN_TOGETHER = re.compile(r"([a-z]+?)([0-9.].*)\Z")
_PUNCTUATION = ",;."
_BETWEEN = ", \t\r\n"  # between links, and after a weight


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of text and how much it counts beside the others."""

    text: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a member asked for, checked but not yet matched with a model. `source` and `places` do not count as equal:
    they say where each parameter stood, so that a later refusal can point at it."""

    images: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    settings: tuple[tuple[str, Value], ...] = ()
    source: str = field(default="", compare=False, repr=False)
    places: Mapping[str, Span] = field(default_factory=dict, compare=False, repr=False)

    def get(self, parameter: Parameter[T]) -> T | None:
        """What was asked for, or None: a parameter that was not given has no value here."""
        return cast("T | None", dict(self.settings).get(parameter.name))

    def chosen(self, choice: str) -> str | None:
        """The name of the parameter of this choice that was given, such as `turbo` of `speed`."""
        return next((name for name, _ in self.settings if BY_NAME[name].choice == choice), None)

    @property
    def shares(self) -> tuple[Part, ...]:
        """The parts with weights that sum to one."""
        total = sum(part.weight for part in self.parts)
        return tuple(Part(part.text, part.weight / total) for part in self.parts)

    def fault(self, parameter: Parameter[Any], problem: str, allowed: str, known: Sequence[str] = ()) -> Fault:
        """A fault found later, at the place where this parameter stood."""
        kind = FaultKind.UNKNOWN if known else FaultKind.OUT_OF_RANGE
        word = str(self.get(parameter) or "")
        span = self.places.get(parameter.name, Span(0, 0))
        return Fault(kind, problem, self.source, span, parameter.name, allowed, word, tuple(known))


def parse(text: str, names: Mapping[str, Sequence[str]] = MappingProxyType({})) -> Prompt:
    """Read one prompt. `names` holds, by parameter, the names that exist (models, styles); others are then faults.

    Braces must have been expanded (`permutations.expand`): one text with braces stands for several prompts.
    """
    return _Parser(text, names).parse()


def render(prompt: Prompt) -> str:
    """The shortest text that parses back to this prompt."""
    pieces = list(prompt.images)
    last = len(prompt.parts) - 1
    for index, part in enumerate(prompt.parts):
        weighted = index < last or part.weight != 1.0
        weight = f"::{write_number(part.weight) if part.weight != 1.0 else ''}" if weighted else ""
        pieces.append(escape_text(part.text, followed_by=weight) + weight)
    given = dict(prompt.settings)
    asked = [row for row in TABLE if row.name in given]
    pieces += [f"{row.flag} {row.kind.write(given[row.name])}".rstrip() for row in asked]
    return " ".join(pieces)


@dataclass(slots=True)
class _Parser:
    source: str
    names: Mapping[str, Sequence[str]]
    faults: list[Fault] = field(default_factory=list)
    images: list[str] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    values: dict[str, Value] = field(default_factory=dict)
    places: dict[str, Span] = field(default_factory=dict)

    def parse(self) -> Prompt:
        if len(self.source) > LONGEST_TEXT:
            problem = f"The prompt has {len(self.source):,} characters; shorten it to {LONGEST_TEXT:,}."
            span = Span(LONGEST_TEXT, len(self.source))
            raise PromptError([Fault(FaultKind.TOO_LONG, problem, self.source, span)])
        tokens = scan(self.source, *_READ)
        first = self.read_text(tokens)
        if first is not None:
            self.read_parameters(first, tokens)
        self.check()
        if self.faults:
            raise PromptError(sorted(self.faults, key=lambda fault: fault.span.start))
        settings = tuple((row.name, self.values[row.name]) for row in TABLE if row.name in self.values)
        return Prompt(tuple(self.images), tuple(self.parts), settings, self.source, MappingProxyType(self.places))

    def fail(self, kind: FaultKind, problem: str, span: Span, row: Parameter[Any] | None = None, **more: Any) -> None:
        name, allowed = (row.name, row.kind.allowed) if row else (None, None)
        self.faults.append(Fault(kind, problem, self.source, span, name, allowed, **more))
        if len(self.faults) == MOST_FAULTS:
            raise PromptError(self.faults)

    def is_marker(self, token: Token) -> bool:
        """`--name` always is one; a dash that a keyboard made of `--` only if a parameter's name follows."""
        if token.sort is not Sort.MARKER:
            return False
        name = token.text.lstrip("-—–").lower()
        return token.text.startswith("--") or name in BY_SPELLING or name in UNMISTAKABLE or is_near(name)

    def read_text(self, tokens: Iterator[Token]) -> Token | None:
        """Links, then parts; returns the first parameter's marker."""
        start, first = 0, None
        for token in tokens:
            if self.is_marker(token):
                first = token
                break
            if token.sort is Sort.LINK and not self.parts and not self.source[start : token.start].strip(_BETWEEN):
                self.images.append(token.text.strip("<>").rstrip(","))
                start = token.end
            elif token.sort is Sort.WEIGHT:
                self.read_part(start, token.start, self.read_weight(token), Span(token.start, token.start + 2))
                start = token.end
            else:
                self.refuse(token)
        self.read_part(start, first.start if first else len(self.source), 1.0, None)
        return first

    def read_part(self, start: int, stop: int, weight: float, colons: Span | None) -> None:
        raw = self.source[start:stop].strip()
        text = literal(raw.lstrip(_BETWEEN) if start else raw)
        if text:
            self.parts.append(Part(text, weight))
        elif colons:
            self.fail(FaultKind.WEIGHT, "There is no text before this `::`; write a::2 b::1.", colons)

    def read_weight(self, token: Token) -> float:
        weight = float(token.text[2:] or 1) + 0.0
        if abs(weight) > LARGEST_WEIGHT:
            problem = f"The weight {token.text[2:24]} is too large; use one between -1000 and 1000."
            self.fail(FaultKind.OUT_OF_RANGE, problem, Span(token.start, token.end))
        return weight

    def refuse(self, token: Token) -> None:
        """What has no place in text."""
        span = Span(token.start, token.end)
        name = token.text.strip("-—– ").lower() if token.sort in (Sort.GLUED, Sort.LOOSE) else ""
        match token.sort:
            case Sort.LINK:
                self.fail(FaultKind.MISPLACED, "A picture's link stands before the text; move it to the start.", span)
            case Sort.OPEN | Sort.CLOSE:
                problem = f"This `{token.text}` belongs to no {{a, b}}; for a brace in the text write \\{token.text}."
                self.fail(FaultKind.BRACES, problem, span)
            case Sort.GLUED if name in BY_SPELLING or name in UNMISTAKABLE:
                problem = f"Put a space before --{name}, or write \\--{name} if it belongs to the text."
                self.fail(FaultKind.MISPLACED, problem, span, BY_SPELLING.get(name))
            case Sort.LOOSE if name in BY_SPELLING or name in UNMISTAKABLE:
                problem = f"A parameter is written with two dashes and no space: --{name}."
                self.fail(FaultKind.MISPLACED, problem, span, BY_SPELLING.get(name))
            case _:
                pass

    def read_parameters(self, marker: Token, tokens: Iterator[Token]) -> None:
        for token in tokens:
            if token.sort is Sort.MARKER:
                self.read_parameter(marker, token.start)
                marker = token
            elif token.sort not in (Sort.LINK, Sort.WEIGHT):
                self.refuse(token)
        self.read_parameter(marker, len(self.source))

    def read_parameter(self, token: Token, stop: int) -> None:
        name = token.text.lstrip("-—–").lower()
        row = BY_SPELLING.get(name)
        span = Span(token.start, token.end)
        if row is None:
            self.refuse_name(name, span)
        elif row.name in self.places:
            joined = " Write one list, with commas." if row.kind.takes is Takes.REST else " Keep one of the two."
            self.fail(FaultKind.REPEATED, f"--{name} sets {row.name}, which was set before.{joined}", span, row)
        elif row.choice and (before := next((b for b in self.places if BY_NAME[b].choice == row.choice), None)):
            problem = f"--{name} goes against --{before}, which stands before it. Keep one of the two."
            self.fail(FaultKind.REPEATED, problem, span, row)
        else:
            self.places[row.name] = span
            self.read_value(row, name, span, stop)

    def refuse_name(self, name: str, span: Span) -> None:
        run = _RUN_TOGETHER.match(name)
        instead = ELSEWHERE.get(name) or (run and ELSEWHERE.get(run[1]))
        if run and run[1] in BY_SPELLING:
            problem = f"There is no parameter --{name}; put a space: --{run[1]} {run[2]}."
            self.fail(FaultKind.UNKNOWN, problem, span, word=name)
        elif instead:
            self.fail(FaultKind.UNKNOWN, f"There is no --{name} here; {instead}.", span, word=name)
        else:
            problem = f"There is no parameter --{name}."
            self.fail(FaultKind.UNKNOWN, problem, span, word="--" + name, known=FLAGS)

    def read_value(self, row: Parameter[Any], name: str, span: Span, stop: int) -> None:
        start = span.end + (self.source[span.end : span.end + 1] == "=")
        for raw, place in self.divide(row, name, start, stop):
            shown = " ".join((f"--{name}", squeeze(raw)[:40])).rstrip()
            place = Span(span.start, place.end)
            self.places[row.name] = place
            if not raw and row.kind.takes is not Takes.NOTHING:
                self.fail(FaultKind.NO_VALUE, f"{shown} needs a value: {row.kind.allowed}.", place, row)
                continue
            try:
                value = row.kind.read(raw if row.kind.takes is Takes.REST else literal(raw))
            except BadValueError as complaint:
                kind = FaultKind.OUT_OF_RANGE if complaint.out_of_range else FaultKind.BAD_VALUE
                self.fail(kind, f"{shown} {complaint.what}; use {row.kind.allowed}.", place, row, word=raw[:40])
                continue
            self.values[row.name] = value
            self.check_name(row, value, shown, place)

    def divide(self, row: Parameter[Any], name: str, start: int, stop: int) -> Iterator[tuple[str, Span]]:
        """The value that the parameter takes; text that stands after it is a fault."""
        end = start
        if row.kind.takes is Takes.REST:
            end = stop
        elif row.kind.takes is Takes.ONE and (found := _ONE_VALUE.match(self.source, start, stop)):
            end = found.end()
        raw = self.source[start:end].strip()
        if row.kind.takes is not Takes.REST:
            raw = raw.rstrip(_PUNCTUATION)
        rest = self.source[end:stop].strip(_PUNCTUATION + " \t\r\n")
        if rest:
            at = self.source.index(rest, end)
            after = f"--{name}, which takes no value" if row.kind.takes is Takes.NOTHING else f"--{name}"
            problem = f"“{squeeze(rest)[:40]}” stands after {after}; text belongs before the first parameter."
            self.fail(FaultKind.MISPLACED, problem, Span(at, at + len(rest)), row)
        yield raw, Span(start, start + len(self.source[start:end].rstrip()))

    def check_name(self, row: Parameter[Any], value: Value, shown: str, place: Span) -> None:
        known = self.names.get(row.name)
        if isinstance(row.kind, Name) and known is not None and value not in known:
            problem = f"{shown} is not {row.kind.allowed}."
            self.fail(FaultKind.UNKNOWN, problem, place, row, word=str(value), known=tuple(known))

    def check(self) -> None:
        if not self.images and not self.parts and not any(fault.kind is FaultKind.WEIGHT for fault in self.faults):
            everything = Span(0, max(1, len(self.source)))
            self.fail(FaultKind.EMPTY, "There is no text; say what to paint, such as: a red house.", everything)
        if self.parts and sum(part.weight for part in self.parts) <= 0:
            problem = "The weights sum to zero or less; let the wanted parts outweigh the unwanted ones."
            self.fail(FaultKind.WEIGHT, problem, Span(0, len(self.source)))
