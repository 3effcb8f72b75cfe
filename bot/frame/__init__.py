"""What the bot stands on and that knows no job: settings, logs, the address of Discord, a Discord of its own."""
