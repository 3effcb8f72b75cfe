"""Measuring a painter: an independent checker, held-out prompts, and what is computed from both."""
