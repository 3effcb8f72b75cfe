"""What happens when a member presses, chooses, submits or reacts."""
