"""From a recipe to a picture: painters, the meeting place where they share the device, and what leaves it as bytes."""
