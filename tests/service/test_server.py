"""The socket the backend listens on."""

from __future__ import annotations

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor

from jupyter_easymaker.service.server import listen


def test_answers_are_sent_without_waiting_for_more() -> None:
    async def accepted_without_delay() -> int:
        found: asyncio.Future[int] = asyncio.get_running_loop().create_future()

        def connected(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            found.set_result(writer.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        bound = listen("127.0.0.1", 0)
        async with await asyncio.start_server(connected, sock=bound):
            _, writer = await asyncio.open_connection(*bound.getsockname())
            try:
                return await asyncio.wait_for(found, 10)
            finally:
                writer.close()

    # In a thread of its own: where a browser is driven in the same run, this one has an event loop already.
    with ThreadPoolExecutor() as threads:
        assert threads.submit(asyncio.run, accepted_without_delay()).result() != 0
