"""Plots, drawn with Pillow: numbers in, the bytes of a PNG out. They know neither Discord nor the store."""
