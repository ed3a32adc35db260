import asyncio
import os
import re
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from reelql import ReelQL

PROGRAM = Path(__file__).parents[3] / "dist" / "clients" / "cli" / "main.js"


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real server on the bundled model."""
    folder = tmp_path_factory.mktemp("server")
    environment = {**os.environ, "NO_COLOR": "1", "REELQL_LOG_LEVEL": "silent"}
    command = ["node", str(PROGRAM), "serve", "--port", "0", "--data-dir", str(folder)]
    process = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    for line in process.stdout:
        if found := re.search(r"page +(http:\S+)", line):
            break
    else:
        raise RuntimeError("the server ended before it was ready")
    yield found[1]
    process.terminate()
    assert process.wait() == 0


@pytest.fixture
async def client(server: str) -> AsyncIterator[ReelQL]:
    async with ReelQL(server) as client:
        yield client


class CuttingProxy:
    """A network that breaks each of its first connections after so many bytes from the server."""

    def __init__(self, target: str, budgets: list[int]) -> None:
        self.port = int(target.rsplit(":", 1)[1])
        self.budgets = budgets
        self.connections = 0

    async def __aenter__(self) -> "CuttingProxy":
        self.listener = await asyncio.start_server(self._join, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self.listener.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self.listener.close()

    async def _join(self, client_in: asyncio.StreamReader, client_out: asyncio.StreamWriter) -> None:
        self.connections += 1
        budget = self.budgets.pop(0) if self.budgets else None
        server_in, server_out = await asyncio.open_connection("127.0.0.1", self.port)

        async def forward() -> None:
            while data := await client_in.read(65536):
                server_out.write(data)

        forwarding = asyncio.create_task(forward())
        try:
            while data := await server_in.read(65536):
                client_out.write(data if budget is None else data[:budget])
                if budget is not None and (budget := budget - len(data)) <= 0:
                    break
        finally:
            forwarding.cancel()
            server_out.close()
            client_out.close()
