"""The stage machinery behind the sandbox: fault script, journal, clock control. Clients under test never see it."""
