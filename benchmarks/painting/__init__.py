"""What the engine's benchmarks share: a model, orders, the two arms, and ways to let members ask."""
