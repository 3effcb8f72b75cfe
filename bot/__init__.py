"""The Discord bot: members, jobs, delivery. Not begun yet; the sandbox comes first."""
