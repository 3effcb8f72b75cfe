"""Training: one stage a file, and the loop that they share. Only train.py enters here."""
