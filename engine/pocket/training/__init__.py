"""Training: one stage a file, and the loop that they share. Only train.py enters here."""

import os

# Must stand before torch is loaded. Threads that spin while they wait for one another, as OpenMP's do by default, lose
# nine tenths of the speed as soon as another program wants one of the cores (docs/log.md).
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
