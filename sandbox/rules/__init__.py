"""Discord's rules as pure data and functions: limits, error bodies, checks of what clients send. No I/O, no state."""
