"""Other people's clients and descriptions against the sandbox.

`bots/` are programs of four client libraries, run by `process.py` and put through `story.py`; `openapi.py` holds what
`recorded.py` finds in the journal against Discord's description; `tour/` visits every route; `refused/` is the table of
wrong requests, made in the world of `refused/court.py`.
"""
