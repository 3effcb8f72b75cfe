"""Measurements: one program per question. `python -m benchmarks` runs them all."""
