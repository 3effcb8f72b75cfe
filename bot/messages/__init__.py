"""From what is to be told to Discord's messages: cards, letters, places, budgets."""
