"""What is asked of the engine's readers: free, at once, and forgotten if it is lost. The only file that calls
`Engine.read`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.errors import CannotDoError, WrongPromptError
from bot.replies import language
from engine import (
    EmbedPictures,
    EmbedWords,
    Engine,
    EngineError,
    Part,
    Prompt,
    PromptError,
    ReaderError,
    Scores,
    Vectors,
    WeighWords,
    expand,
    parse,
    render,
)
from engine import shorten as shortened

Weighed = tuple[tuple[str, float], ...]
MOST_SHORTER = 5


async def weigh(engine: Engine, text: str) -> tuple[Weighed, tuple[str, ...]]:
    """How much each word counts, and shorter prompts with the same parameters and whatever counts against them. Raises
    a Refusal."""
    prompt = _prompt(text)
    wanted = [part for part in prompt.parts if part.weight > 0]
    said = " ".join(part.text for part in wanted)
    if not said.strip():
        raise CannotDoError(language.NO_WORDS_TO_WEIGH)
    try:
        answer = await engine.read(WeighWords(said))
    except ReaderError as error:
        raise CannotDoError(language.CANNOT_WEIGH) from error
    except EngineError as error:
        raise CannotDoError(str(error)) from error
    assert isinstance(answer, Scores)  # what this question is answered with
    words = tuple((scored.text, scored.score) for scored in answer.scores)
    unwanted = tuple(part for part in prompt.parts if part.weight < 0)
    weight = sum(part.weight for part in wanted) if unwanted else 1.0  # alone, a weight says nothing
    shorter = [render(replace(prompt, parts=(Part(less, weight), *unwanted))) for less in shortened(words)]
    return words, tuple(shorter[:MOST_SHORTER])


async def embed_words(engine: Engine, text: str) -> Vectors:
    """Raises EngineError: ReaderError where there are no encoders."""
    answer = await engine.read(EmbedWords((text,)))
    assert isinstance(answer, Vectors)  # what this question is answered with
    return answer


async def embed_pictures(engine: Engine, files: Sequence[bytes]) -> Vectors:
    """Raises EngineError: SourceError for what is no picture."""
    answer = await engine.read(EmbedPictures(tuple(files)))
    assert isinstance(answer, Vectors)
    return answer


def _prompt(text: str) -> Prompt:
    try:
        if len(expand(text)) > 1:
            raise CannotDoError(language.ONE_AT_A_TIME)
        return parse(text)
    except PromptError as error:
        raise WrongPromptError(error) from error
