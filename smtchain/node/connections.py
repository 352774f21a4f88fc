"""How many clients a node listens to at once, and what is said to the rest.

Each connection is an open file.  A process may have only so many, and one that has none left can
neither write a block nor answer the next client: idle or hostile ones must never come that far.
"""

import asyncio
import resource
from typing import Final

from aiohttp import web
from typing_extensions import override

MOST_CONNECTIONS: Final = 500

_FILES: Final = 4_096
_LINGERING: Final = 20  # refused clients that may still be sending
_LINGER_SECONDS: Final = 0.5

_FULL: Final = b"too many connections, try again soon\n"
_ANSWER: Final = (
    b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Type: text/plain\r\n"
    b"Content-Length: %d\r\n\r\n%b" % (len(_FULL), _FULL)
)


def claim_files() -> int:
    """Let this process open up to 4,096 files if it may; return how many it can open."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _FILES if hard == resource.RLIM_INFINITY else min(_FILES, hard)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return _FILES
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return wanted


def connection_limit(files: int) -> int:
    """Return how many connections to hold: 500, or a quarter of the files there can be.

    The event loop takes in up to a hundred more before it asks what to do with them.
    """
    return min(MOST_CONNECTIONS, files // 4)


class ConnectionLimit:
    """Makes the protocol of each new connection.

    Parameters
    ----------
    server : web.Server
        What speaks HTTP; it knows the connections it has.
    limit : int
        Most connections at once.
    """

    def __init__(self, server: web.Server, limit: int) -> None:
        self._server = server
        self._limit = limit
        self._opening = 0  # made here and not yet among the server's
        self._refused: set[_Busy] = set()

    def __call__(self) -> asyncio.BaseProtocol:
        """Return the server's protocol, or beyond the limit one that says so and hangs up."""
        if len(self._server.connections) + self._opening >= self._limit:
            return _Busy(self._refused)
        self._opening += 1
        asyncio.get_running_loop().call_soon(self._has_opened)
        return self._server()

    def _has_opened(self) -> None:
        self._opening -= 1


class _Busy(asyncio.Protocol):
    """One answer, whatever is asked.

    A connection closed with something unread is reset, and the answer lost; so the first few stay
    for a moment.
    """

    def __init__(self, refused: "set[_Busy]") -> None:
        self._refused = refused

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.write(_ANSWER)
        if len(self._refused) >= _LINGERING:
            transport.close()
            return
        self._refused.add(self)
        asyncio.get_running_loop().call_later(_LINGER_SECONDS, transport.close)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._refused.discard(self)
