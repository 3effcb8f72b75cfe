"""Whose turn it is, what it costs and when it will be done. Pure: no thread, no clock, no torch."""
