"""`{a, b}` in a prompt: one text that stands for several. Works on text alone, before `prompt.parse`, so that braces
may hold words, weights and parameters alike. Counts before it writes anything out: twenty pairs are a million.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product

from engine.errors import MOST_FAULTS, Fault, FaultKind, PromptError, Span
from engine.language.tokens import Sort, scan

MOST_EXPANSIONS = 40
_COUNTED_UP_TO = 1_000_000


def expand(text: str, most: int = MOST_EXPANSIONS) -> tuple[str, ...]:
    """Every text that this one stands for, the leftmost braces varying slowest. A text without braces is itself."""
    top = _read(text, most)
    if top.count > most:
        number = f"{top.count:,}" if top.count <= _COUNTED_UP_TO else f"more than {_COUNTED_UP_TO:,}"
        problem = f"The braces stand for {number} prompts; at most {most} are painted at once, so offer fewer choices."
        start, end = text.index("{"), text.rindex("}") + 1
        raise PromptError([Fault(FaultKind.TOO_MANY, problem, text, Span(start, end))])
    return tuple(top.options)


def count_expansions(text: str) -> int:
    """How many texts this one stands for, without writing them out; stops counting at a million and one."""
    return _read(text, 0).count


@dataclass(slots=True)
class _Group:
    """What is between two braces. `options` is complete only while `count` is within what is wanted."""

    opened: int
    count: int = 0
    options: list[str] = field(default_factory=list)
    factors: list[list[str]] = field(default_factory=list)
    factor_count: int = 1

    def add(self, texts: list[str], count: int) -> None:
        self.factors.append(texts)
        self.factor_count = min(self.factor_count * count, _COUNTED_UP_TO + 1)

    def close_option(self, most: int, *, strip: bool) -> None:
        self.count = min(self.count + self.factor_count, _COUNTED_UP_TO + 1)
        if self.count <= most:
            written = map("".join, product(*self.factors))
            self.options += [text.strip() for text in written] if strip else written
        else:
            self.options.clear()
        self.factors, self.factor_count = [], 1


def _read(text: str, most: int) -> _Group:
    faults: list[Fault] = []
    stack = [_Group(-1)]
    position = 0
    for token in scan(text, Sort.OPEN, Sort.CLOSE, Sort.COMMA):
        inside = len(stack) > 1
        if token.sort is Sort.COMMA and not inside:
            continue
        stack[-1].add([text[position : token.start]], 1)
        position = token.end
        if token.sort is Sort.OPEN:
            stack.append(_Group(token.start))
        elif token.sort is Sort.COMMA:
            stack[-1].close_option(most, strip=True)
        elif inside:
            group = stack.pop()
            group.close_option(most, strip=True)
            stack[-1].add(group.options, group.count)
        else:
            faults.append(_unmatched(text, token.start, "closes nothing"))
            if len(faults) == MOST_FAULTS:
                raise PromptError(faults)
    faults += [_unmatched(text, group.opened, "is never closed") for group in stack[1 : MOST_FAULTS + 1]]
    if faults:
        raise PromptError(faults[:MOST_FAULTS])
    stack[0].add([text[position:]], 1)
    stack[0].close_option(most, strip=False)
    return stack[0]


def _unmatched(text: str, at: int, what: str) -> Fault:
    problem = f"This `{text[at]}` {what}; for a brace in the text write \\{text[at]}."
    return Fault(FaultKind.BRACES, problem, text, Span(at, at + 1))
