"""The Discord bot: members, jobs, delivery. Enters the engine by its front door, and Discord by discord.py."""
