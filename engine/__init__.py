"""Text in, pictures out. Knows no Discord, no SQL, no HTTP. Not begun yet; the sandbox comes first."""
