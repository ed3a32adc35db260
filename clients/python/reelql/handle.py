"""One generation, to be watched, awaited or canceled."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Any

from websockets.exceptions import ConnectionClosed, InvalidHandshake

from .errors import (
    ConnectionLostError,
    GenerationCanceledError,
    GenerationFailedError,
    UnauthenticatedError,
    error_of_entries,
    success_of,
)
from .generated.exceptions import GraphQLClientError, GraphQLClientGraphQLMultiError
from .generated.fragments import Generation, Warning
from .generated.input_types import CancelGenerationInput

if TYPE_CHECKING:
    from .client import ReelQL

ENDINGS = ("GenerationSucceeded", "GenerationFailed", "GenerationCanceled")
ENDED = ("SUCCEEDED", "FAILED", "CANCELED")

_FIRST_WAIT_SECONDS = 0.25
_LONGEST_WAIT_SECONDS = 5.0
_FORBIDDEN = 4403


class GenerationHandle:
    """Dropping it changes nothing on the server."""

    def __init__(
        self, client: ReelQL, id: str, *, created: Generation | None = None, warnings: list[Warning] | None = None
    ) -> None:
        self._client = client
        self.id = id
        #: It as it was created, every setting resolved; None for a handle of one that existed.
        self.created = created
        #: Settings that are allowed and probably a mistake.
        self.warnings = warnings or []

    def events(self, after: int = 0) -> AsyncIterator[Any]:
        """What happens to it after a sequence, to its end.

        Connections may come and go: no event is missed and none comes twice. `event.typename__` tells them apart.
        Raises NotFoundError, and ConnectionLostError when the server stays away.
        """
        return self._follow(lambda sequence: self._client.generation_events(id=self.id, after=sequence), after)

    async def result(self) -> Generation:
        """Waits until it has succeeded; `artifacts` are the files. Raises GenerationFailedError, GenerationCanceledError."""
        async for _ in self._follow(lambda sequence: self._client.generation_outcome(id=self.id, after=sequence), 0):
            pass
        generation = await self.get()
        if generation.failure is not None:
            raise GenerationFailedError(generation)
        if generation.status.value == "CANCELED":
            raise GenerationCanceledError(generation)
        return generation

    async def get(self) -> Generation:
        """It as it is now."""
        return await self._client.get(self.id)

    async def cancel(self) -> Generation:
        """Stops it before its next step. One that has ended is returned unchanged."""
        answer = await self._client.cancel_generation(input=CancelGenerationInput(id=self.id))
        return success_of(answer.cancel_generation).generation

    async def _follow(self, subscribe: Callable[[int], AsyncIterator[Any]], after: int) -> AsyncIterator[Any]:
        failures = 0
        while True:
            try:
                async for data in subscribe(after):
                    failures = 0
                    event = data.generation_events
                    if event.sequence <= after:
                        continue
                    after = event.sequence
                    yield event
                    if event.typename__ in ENDINGS:
                        return
                # Completed without an end: it had ended before `after`, or the server is going down.
                if (await self.get()).status.value in ENDED:
                    return
            except GraphQLClientGraphQLMultiError as error:
                entries = [{"message": one.message, "extensions": one.extensions} for one in error.errors]
                raise error_of_entries(entries, str(error)) from error
            # Before Python 3.11 a time-out of asyncio is no OSError.
            except (
                *(ConnectionClosed, ConnectionLostError, GraphQLClientError),
                *(InvalidHandshake, OSError, asyncio.TimeoutError),
            ) as error:
                if isinstance(error, ConnectionClosed) and error.rcvd is not None and error.rcvd.code == _FORBIDDEN:
                    raise UnauthenticatedError(error.rcvd.reason) from error
                if failures >= self._client.reconnect_attempts:
                    raise ConnectionLostError(f"The connection to {self._client.root} was lost.") from error
            # Spread at random, so that a restarted server is not met by all its clients at once.
            longest = min(_LONGEST_WAIT_SECONDS, _FIRST_WAIT_SECONDS * 2**failures)
            await asyncio.sleep(longest * random.uniform(0.5, 1))
            failures += 1
