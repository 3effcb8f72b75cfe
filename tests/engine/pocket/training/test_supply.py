from engine.pocket.training.supply import Supply


def test_a_batch_is_the_same_whoever_draws_it() -> None:
    alone, helped = Supply(oct, 1), Supply(oct, 2)
    assert [alone.take(n) for n in range(5)] == [helped.take(n) for n in range(5)]
