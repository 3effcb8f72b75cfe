"""Where a part of the bot listens, by which settings, and what is told where that cannot be. Opens nothing itself."""

from __future__ import annotations

import errno
import os
import socket
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Port:
    """`setting` is what the names of its settings begin with: GALLERY of GALLERY_HOST and GALLERY_PORT."""

    setting: str
    host: str
    number: int

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.number}"


class PortError(Exception):
    """Nothing can listen there: the `problem`, and its `remedy`."""

    def __init__(self, port: Port, error: OSError) -> None:
        number = error.errno or errno.EADDRNOTAVAIL  # from Python 3.13 on, asyncio leaves that one out
        is_name = isinstance(error, socket.gaierror)
        reason = (str(error.strerror) if is_name else os.strerror(number)).lower()
        self.is_taken = not is_name and number == errno.EADDRINUSE
        self.may_pass = number == socket.EAI_AGAIN if is_name else number in (errno.EADDRINUSE, errno.EADDRNOTAVAIL)
        self.problem = f"{port.setting}_PORT {port.number} on {port.host} cannot be listened on ({reason})"
        if self.is_taken:
            self.remedy = "stop the other program or set another port"
        elif is_name or number == errno.EADDRNOTAVAIL:
            self.remedy = f"set {port.setting}_HOST to an address of this machine"
        else:  # as below 1024, which needs rights that the bot has not
            self.remedy = "set another port"
        super().__init__(f"{self.problem}; {self.remedy}.")
