"""Messages that one member sees and works with: what they are shown, and what their buttons and menus change."""
