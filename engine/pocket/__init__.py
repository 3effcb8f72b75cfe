"""The model that ships with the project: its world, its training, its evaluation, its weights.

Painting loads the weights like any other model's folder and never imports the world.
"""
