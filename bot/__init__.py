"""The Discord bot: members, jobs, delivery. Discord is its only neighbour; the engine paints for it."""
