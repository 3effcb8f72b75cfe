"""The fault script and the journal: what interferes with the sandbox and what writes it down."""
