"""What outlives the process: one SQLite database and the originals beside it, in one data folder.

Knows no Discord and no engine: recipes are texts, members are numbers. `store.py` opens it; the queries are functions
in one file a noun, whose first parameter is a transaction.
"""
