"""Buttons that outlive a restart: all that they know is in their signed ids."""
