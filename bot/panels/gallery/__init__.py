"""The gallery as one member leafs through it: pages, single pictures, and what may be done with them."""
