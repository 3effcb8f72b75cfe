"""What Discord would refuse, and how: pure functions from a request's body to nothing, or to an `ApiError`.

`form` and `media` are the words, the other files the sentences: one file per noun of Discord's API.
"""
