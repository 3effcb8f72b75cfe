"""The processes of the load benchmark: the sandbox's members, its listeners, and a bot. All share CLOCK_MONOTONIC."""
