"""All prompts that one text asks for: braces expanded, each text read, each prompt as often as it says. Counts before
it writes anything out. Knows no plan: whoever asks says how many there may be.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from engine.errors import MOST_FAULTS, Fault, FaultKind, PromptError, Span
from engine.language.parameters import REPEAT, SEED
from engine.language.permutations import MOST_EXPANSIONS, expand
from engine.language.prompt import Prompt, parse


def unfold(
    text: str,
    names: Mapping[str, Sequence[str]] = MappingProxyType({}),
    most: int = MOST_EXPANSIONS,
    *,
    prompts_most: int = MOST_EXPANSIONS,
    repeats_most: int = MOST_EXPANSIONS,
) -> tuple[Prompt, ...]:
    """One prompt a job, in the order of the braces. A fault that several share is told once. `most` bounds the jobs,
    the others what makes them: braces, and each `--repeat`."""
    prompts: list[Prompt] = []
    faults: dict[str, Fault] = {}
    for one in expand(text, min(most, prompts_most)):
        try:
            prompts.append(parse(one, names))
        except PromptError as error:
            for fault in error.faults:
                faults.setdefault(fault.problem, fault)
    count = sum(prompt.get(REPEAT) or 1 for prompt in prompts)
    if faults:
        raise PromptError(list(faults.values())[:MOST_FAULTS])
    longest = max(prompts, key=lambda prompt: prompt.get(REPEAT) or 1)
    if (times := longest.get(REPEAT) or 1) > repeats_most:
        raise _too_often(longest, f"--repeat {times} is more than the {repeats_most} that are allowed.")
    if count > most:
        problem = f"That makes {count:,} jobs; at most {most} are taken at once, so repeat it less often."
        raise _too_often(longest, problem)
    return tuple(each for prompt in prompts for each in repeated(prompt))


def _too_often(prompt: Prompt, problem: str) -> PromptError:
    span = prompt.places.get(REPEAT.name, Span(0, 0))
    return PromptError([Fault(FaultKind.TOO_MANY, problem, prompt.source, span, REPEAT.name)])


def repeated(prompt: Prompt) -> tuple[Prompt, ...]:
    """The prompt as often as it says, none of which says so any more. With a seed, the first has that very one."""
    times = prompt.get(REPEAT) or 1
    given = {name: value for name, value in prompt.settings if name != REPEAT.name}
    seed = prompt.get(SEED)
    return tuple(
        replace(prompt, settings=tuple((given if seed is None else {**given, SEED.name: turn_seed(seed, at)}).items()))
        for at in range(times)
    )


def turn_seed(seed: int, turn: int) -> int:
    """The seed of one repetition, counted from 0; the same rule everywhere."""
    if turn == 0:
        return seed
    return int.from_bytes(hashlib.sha256(f"atelier turn {seed} {turn}".encode()).digest()[:4], "big")
