"""What text encoders said before: asked once, bounded in bytes, and gone with the model."""

from __future__ import annotations

import copy

import pytest
import torch

from engine.models.catalog import Family
from engine.paint.embeddings import EmbeddingCache
from engine.paint.rendezvous import Ended, Rendezvous
from engine.schedule.timing import Stage
from engine.schedule.turn import Step
from tests.engine import tiny
from tests.engine.paint.driver import Driver


class Encoder(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.asked: list[list[int]] = []

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor | None = None) -> dict[str, torch.Tensor]:
        self.asked.append(input_ids[0].tolist())
        return {"last": input_ids.float().repeat(1, 100)}


def words(*numbers: int) -> torch.Tensor:
    return torch.tensor([numbers])


def test_the_same_words_are_asked_once() -> None:
    cache, encoder = EmbeddingCache(1 << 20), Encoder()
    cache.wrap(encoder, "m")
    cache.wrap(encoder, "m")
    first, second = encoder(words(1, 2)), encoder(words(1, 2))
    assert torch.equal(first["last"], second["last"])
    encoder(words(1, 2), attention_mask=torch.ones(1, 2, dtype=torch.long))
    encoder(words(1, 3))
    assert encoder.asked == [[1, 2], [1, 2], [1, 3]]
    assert (cache.hits, cache.misses) == (1, 3)


def test_other_adapters_say_other_things() -> None:
    cache, encoder, meeting = EmbeddingCache(1 << 20), Encoder(), Rendezvous()
    cache.wrap(encoder, "m")
    for marks in (("plain",), ("styled",), ("plain",)):
        ended = meeting.start("a", 0, lambda: encoder(words(1)), marks=marks)
        assert isinstance(ended, Ended)
    assert len(encoder.asked) == 2


def test_cells_that_begin_together_ask_the_same_words_once() -> None:
    cache, encoder, meeting = EmbeddingCache(1 << 20), Encoder(), Rendezvous()
    meeting.share(encoder, stage=Stage.TAIL, merges=False)
    cache.wrap(encoder, "m")

    def paint() -> list[float]:
        return [float(encoder(words(number))["last"].sum()) for number in (1, 2)]

    driver = Driver(meeting)
    driver.hear([meeting.start(str(cell), 0, paint) for cell in range(4)])
    while driver.parked:  # in the order of the queue: the first cell's words before the others'
        call = driver.parked.pop(min(driver.parked))
        driver.hear(meeting.run(Step((call,))))
    assert list(driver.results.values()) == [[100.0, 200.0]] * 4
    assert encoder.asked == [[1], [2]]


@pytest.mark.parametrize(("most_bytes", "is_dropped", "times"), [(1 << 20, True, 1), (0, False, 2)])
def test_cells_ask_themselves_if_the_first_of_them_is_cancelled_or_its_answer_not_kept(
    most_bytes: int, is_dropped: bool, times: int
) -> None:
    cache, encoder, meeting = EmbeddingCache(most_bytes), Encoder(), Rendezvous()
    meeting.share(encoder, stage=Stage.TAIL, merges=False)
    cache.wrap(encoder, "m")
    driver = Driver(meeting)
    driver.hear([meeting.start(name, 0, lambda: float(encoder(words(1))["last"].sum())) for name in ("a", "b")])
    if is_dropped:
        meeting.drop("a")
        del driver.parked["a", 0]
    while driver.parked:
        driver.step()
    assert set(driver.results.values()) == {100.0}
    assert len(encoder.asked) == times


def test_the_least_lately_used_goes_when_it_is_full() -> None:
    size = 2 * 100 * 4
    cache, encoder = EmbeddingCache(4 * size), Encoder()
    cache.wrap(encoder, "m")
    for number in (1, 2, 3, 4, 1, 5, 1, 2):
        encoder(words(number, 0))
    assert [asked[0] for asked in encoder.asked] == [1, 2, 3, 4, 5, 2]
    assert cache.held_bytes <= cache.most_bytes


def test_an_answer_larger_than_the_whole_cache_is_not_kept() -> None:
    cache, encoder = EmbeddingCache(1000), Encoder()
    cache.wrap(encoder, "m")
    encoder(words(*range(50)))
    assert cache.held_bytes == 0


def test_what_is_no_plain_question_is_always_asked() -> None:
    cache, encoder = EmbeddingCache(1 << 20), Encoder()
    cache.wrap(encoder, "m")
    for _ in range(2):
        encoder(torch.ones(1, 2))
    assert len(encoder.asked) == 2


def test_a_model_that_goes_takes_its_words_along() -> None:
    cache, encoder, meeting = EmbeddingCache(1 << 20), Encoder(), Rendezvous()
    meeting.share(encoder, stage=Stage.TAIL, merges=False)
    cache.wrap(encoder, "m")
    encoder(words(1))
    cache.forget("m")
    cache.unwrap(encoder)
    meeting.unshare(encoder)
    assert cache.held_bytes == 0
    assert "forward" not in vars(encoder)


def test_of_a_language_model_only_its_layers_are_kept() -> None:
    """At true size the rest would be more than the cache takes, and the same words would be asked again each time."""
    encoder = copy.deepcopy(tiny.build(Family.FLUX2).components["text_encoder"])
    asked = {"input_ids": words(1, 2, 3), "attention_mask": torch.ones(1, 3, dtype=torch.long)}
    with torch.no_grad():
        real = encoder(**asked, output_hidden_states=True, use_cache=True)
        layers = sum(layer.numel() * layer.element_size() for layer in real.hidden_states)
        cache = EmbeddingCache(8 * layers)
        cache.wrap(encoder, "m")
        first, second = (encoder(**asked, output_hidden_states=True, use_cache=True) for _ in range(2))
        plain = encoder(**asked)
    assert (cache.hits, cache.misses) == (1, 2)
    assert type(first) is type(real)
    assert all(map(torch.equal, second.hidden_states, real.hidden_states))
    assert second.logits is None
    assert second.past_key_values is None
    assert torch.equal(plain.logits, real.logits), "who asks for the last word gets it"
