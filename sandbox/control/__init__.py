"""The stage machinery over HTTP, under /_sim/: faults, clock, log, people, purchases. Clients under test stay out."""
