"""The gallery's window on the web: pages that are only read. Who may see what is decided in `visibility.py`."""
