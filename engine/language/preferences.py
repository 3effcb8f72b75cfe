"""What a member has set once: options (names for a piece of prompt) and a suffix, both put in as text before anything
is parsed, so that they may hold whatever a prompt may. Knows no member and stores nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from engine.errors import Fault, FaultKind, PromptError, Span
from engine.language.parameters import BY_SPELLING
from engine.language.permutations import expand
from engine.language.prompt import Part, parse
from engine.language.tokens import Sort, Token, scan

MOST_OPTIONS = 20  # of one member
_BETWEEN_CHOICES = str.maketrans("{},", "   ")
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,31}\Z")


def expand_options(text: str, options: Mapping[str, str]) -> str:
    """`--mine` becomes what it stands for; options within options do not, so nothing goes round in circles."""
    pieces: list[str] = []
    position = 0
    for token in _markers(text):
        name = _name_of(token)
        if name in options and name not in BY_SPELLING:
            pieces += text[position : token.start], options[name]
            position = token.end
    return "".join((*pieces, text[position:]))


def check_option(name: str, value: str) -> None:
    """Raises PromptError: the name is one of ours or cannot be typed, or the value could not stand in a prompt."""
    whole = Span(0, max(1, len(name)))
    if not _NAME.match(name):
        problem = f"“{name:.40}” cannot be an option's name; use small letters, digits, _ and -, a letter first."
        raise PromptError([Fault(FaultKind.BAD_VALUE, problem, name, whole)])
    if name in BY_SPELLING:
        problem = f"--{name} is a parameter already; choose another name."
        raise PromptError([Fault(FaultKind.REPEATED, problem, name, whole)])
    for text in expand(f"x {value}"):
        parse(text)


def check_suffix(suffix: str) -> None:
    """Raises PromptError: a suffix holds parameters, each once, and no text."""
    for text in expand(f"x {suffix}"):
        prompt = parse(text)
        if prompt.parts != (Part("x"),) or prompt.images:
            problem = "A suffix holds parameters only, such as: --ar 3:2 --stylize 250."
            raise PromptError([Fault(FaultKind.MISPLACED, problem, suffix, Span(0, max(1, len(suffix))))])
    if add_suffix("x", suffix).split() != f"x {suffix}".split():
        problem = "In a suffix braces hold values and no names, such as: --ar {1:1, 3:2}."
        raise PromptError([Fault(FaultKind.BRACES, problem, suffix, Span(0, max(1, len(suffix))))])


def add_suffix(text: str, suffix: str) -> str:
    """Behind the text, except for what the text says itself."""
    said = {_decided(_name_of(token)) for one in _choices(text) for token in _markers(one)}
    kept = [piece for name, piece in _pieces(suffix) if _decided(name) not in said]
    return " ".join((text.rstrip(), *kept)) if kept else text


def _choices(text: str) -> tuple[str, ...]:
    """What braces stand for, where a name may be in two pieces; too many, or wrong ones, are told later."""
    try:
        return expand(text) if "{" in text else (text,)
    except PromptError:
        return (text,)


def _markers(text: str) -> Iterator[Token]:
    """Also those of a choice in braces, which begin there as they would between blanks."""
    return scan(text.translate(_BETWEEN_CHOICES) if "{" in text else text, Sort.MARKER)


def _pieces(suffix: str) -> Iterator[tuple[str, str]]:
    """Each parameter with its value."""
    markers = list(scan(suffix, Sort.MARKER))
    ends = [*(marker.start for marker in markers), len(suffix)][1:]
    for marker, end in zip(markers, ends, strict=False):
        yield _name_of(marker), suffix[marker.start : end].strip()


def _decided(name: str) -> str:
    """What two spellings, or two sides of one choice, have in common."""
    row = BY_SPELLING.get(name)
    return row.choice or row.name if row else name


def _name_of(token: Token) -> str:
    return token.text.lstrip("-—–").lower()
