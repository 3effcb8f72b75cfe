"""What members type: text to a frozen prompt, and a prompt to recipes. Knows no torch and no queue."""
