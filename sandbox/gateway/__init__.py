"""The gateway: WebSockets on which bots and people hear what happens. `Gateway` is its front door."""

from sandbox.gateway.gateway import Gateway
from sandbox.gateway.hooks import GatewayFaults, GatewayLimits, GatewayTap, NoFaults

__all__ = ["Gateway", "GatewayFaults", "GatewayLimits", "GatewayTap", "NoFaults"]
