"""The community as members see it: the day, pairs to choose from, who is at the top, profiles, what is turned on."""
