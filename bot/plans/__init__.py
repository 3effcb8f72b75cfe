"""Plans as data: what a member may have of the GPU, for which time, and why. Knows no Discord and paints nothing."""
