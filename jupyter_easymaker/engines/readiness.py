"""Whether something answers HTTP at an address, asked without a thread or a client library per replica."""

from __future__ import annotations

import asyncio

_LONGEST_LINE = 4096


async def answers(address: str, path: str, seconds: float) -> bool:
    """Return whether ``GET path`` is answered with status 200 within so many seconds.

    Args:
        address: ``host:port``.
        path: of the URL, beginning with a slash.
    """
    host, _, port = address.rpartition(":")
    try:
        async with asyncio.timeout(seconds):
            reader, writer = await asyncio.open_connection(host, int(port), limit=_LONGEST_LINE)
            try:
                request = f"GET {path} HTTP/1.1\r\nHost: {address}\r\nAccept: */*\r\nConnection: close\r\n\r\n"
                writer.write(request.encode())
                status = (await reader.readline()).split(None, 2)
                return len(status) >= 2 and status[0].startswith(b"HTTP/1.") and status[1] == b"200"
            finally:
                writer.close()
    except (OSError, TimeoutError, ValueError):  # nobody listens, or it is no HTTP
        return False
