"""The parts of the long walk: a bot, listeners that resume, members, and the trouble they meet."""
