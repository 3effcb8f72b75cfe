"""Shorter ways to say a prompt, by how much each word was found to weigh; and words that a model never learned, with
those that it knows nearby. Knows no encoder: what words weigh is measured elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from difflib import get_close_matches

_SHARES = (0.8, 0.6, 0.45, 0.3, 0.2)  # of the words, from hardly shorter to the gist
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_MOST_NEAR = 3
_LITTLE = {  # words that no picture could show; a painter that never learned them misses nothing
    "and", "are", "as", "be", "but", "can", "could", "do", "for", "give", "has", "have", "here", "how", "i", "if",
    "is", "it", "its", "let", "like", "me", "my", "our", "please", "should", "some", "that", "their", "then",
    "there", "these", "this", "those", "to", "want", "was", "we", "were", "what", "which", "who", "will", "would",
    "you", "your",
}  # fmt: skip


def shorten(words: Sequence[tuple[str, float]]) -> tuple[str, ...]:
    """The weightiest words in their own order, each time fewer; not the whole text, and none twice."""
    whole = " ".join(word for word, _ in words)
    heaviest = sorted(range(len(words)), key=lambda at: (-words[at][1], at))
    found: list[str] = []
    for share in _SHARES:
        kept = sorted(heaviest[: max(1, round(len(words) * share))])
        text = " ".join(words[at][0] for at in kept).strip(" ,;")
        if text and text not in (whole, *found):
            found.append(text)
    return tuple(found)


def strange_words(text: str, known: Collection[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each word that is not known, once, and the known words nearest to it; little words are passed over."""
    lowered = {word.lower() for word in known}
    told: set[str] = set()
    for word in (found[0].lower() for found in _WORD.finditer(text)):
        if word not in lowered and word not in _LITTLE and word not in told:
            told.add(word)
            yield word, tuple(get_close_matches(word, lowered, _MOST_NEAR, 0.72))
