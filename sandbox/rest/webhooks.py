"""Being written."""

from sandbox.rest.call import Routes

ROUTES = Routes()
