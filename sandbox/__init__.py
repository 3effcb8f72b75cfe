"""A Discord on your own machine: REST, gateway, CDN and page on one loopback port.

It speaks the wire protocol, so unmodified client libraries log in to it. It knows nothing of the product it serves.
"""
