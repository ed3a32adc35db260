"""The client: all operations of the contract, generated, with `generate` and uploads added by hand."""

from __future__ import annotations

import uuid
from os import PathLike
from pathlib import Path
from typing import Any

import httpx

from .errors import (
    ConnectionLostError,
    NotFoundError,
    error_of_entries,
    success_of,
)
from .generated.client import Client
from .generated.fragments import Generation
from .generated.input_types import CreateGenerationInput, GenerationSettingsInput
from .handle import GenerationHandle


class ReelQL(Client):
    """One ReelQL server.

    Every operation of the GraphQL contract is a method that returns its result union: `devices()`, `models()`,
    `generations()`, `cancel_generation(…)` … Use it with `async with`, or call `aclose()` at the end.
    """

    def __init__(self, url: str, api_key: str | None = None, *, reconnect_attempts: int = 30) -> None:
        """`url` is the server's root, such as http://127.0.0.1:4000; so often in a row a lost server is tried again."""
        self.root = httpx.URL(url)
        self.reconnect_attempts = reconnect_attempts
        headers = {"authorization": f"Bearer {api_key}"} if api_key else {}
        socket = self.root.copy_with(scheme="wss" if self.root.scheme == "https" else "ws", path="/graphql")
        super().__init__(
            url=str(self.root.copy_with(path="/graphql")),
            http_client=httpx.AsyncClient(headers=headers, timeout=30),
            ws_url=str(socket),
            ws_connection_init_payload=headers or None,
        )

    async def aclose(self) -> None:
        await self.http_client.aclose()

    async def execute(self, query: str, operation_name: str | None = None, variables: Any = None, **kwargs: Any) -> Any:
        try:
            return await super().execute(query, operation_name, variables, **kwargs)
        except httpx.TransportError as error:
            raise ConnectionLostError(f"No ReelQL server answers at {self.root}.") from error

    def get_data(self, response: Any) -> dict[str, Any]:
        """The data of an answer. Raises UnauthenticatedError, ForbiddenError, RateLimitedError, ServerError …"""
        answer = _answer_of(response)
        if answer.get("errors") or answer.get("data") is None:
            raise error_of_entries(answer.get("errors") or [], f"The server answered with HTTP {response.status_code}.")
        return answer["data"]

    async def generate(
        self, prompt: str, *, settings: GenerationSettingsInput | dict[str, Any] | None = None, **options: Any
    ) -> GenerationHandle:
        """Asks for one video.

        `settings` and `options` are the fields of CreateGenerationInput in snake_case, such as `negative_prompt` or
        `settings={"width": 256}`. A lost connection is tried once more, and the idempotency key keeps that from making two.
        Raises InvalidInputError, QueueFullError, DoesNotFitError …
        """
        options.setdefault("idempotency_key", str(uuid.uuid4()))
        if isinstance(settings, dict):
            _refuse_unknown(GenerationSettingsInput, settings)
            settings = GenerationSettingsInput(**settings)
        if settings is not None:
            options["settings"] = settings
        _refuse_unknown(CreateGenerationInput, options)
        asked = CreateGenerationInput(prompt=prompt, **options)
        try:
            answer = await self.create_generation(input=asked)
        except ConnectionLostError:
            answer = await self.create_generation(input=asked)
        created = success_of(answer.create_generation)
        return GenerationHandle(self, created.generation.id, created=created.generation, warnings=created.warnings)

    def generation(self, id: str) -> GenerationHandle:
        """A handle of a generation that exists."""
        return GenerationHandle(self, id)

    async def get(self, id: str) -> Generation:
        """A generation as it is now. Raises NotFoundError."""
        node = (await self.generation_by_id(id=id)).node
        if not isinstance(node, Generation):
            raise NotFoundError(f"There is no generation with the id {id}.")
        return node

    async def upload(self, picture: bytes | str | PathLike[str]) -> str:
        """Stores a JPEG, PNG or WebP picture, given as bytes or a path. Returns its id, for `first_frame_upload_id`."""
        content = picture if isinstance(picture, bytes) else Path(picture).read_bytes()
        headers = {"content-type": "application/octet-stream"}
        response = await self.http_client.post(
            str(self.root.copy_with(path="/uploads")), content=content, headers=headers
        )
        answer = _answer_of(response)
        if response.is_error:
            raise error_of_entries(answer.get("errors") or [], f"The server answered with HTTP {response.status_code}.")
        return answer["id"]

    async def download(self, url: str, path: str | PathLike[str]) -> Path:
        """Saves an artifact's or a preview's file. Its address works without a key."""
        target = Path(path)
        async with self.http_client.stream("GET", url) as response:
            if response.is_error:
                await response.aread()
                errors = _answer_of(response).get("errors") or []
                raise error_of_entries(errors, f"The server answered with HTTP {response.status_code}.")
            with target.open("wb") as file:
                async for chunk in response.aiter_bytes():
                    file.write(chunk)
        return target


def _answer_of(response: Any) -> dict[str, Any]:
    """The JSON of an answer; {} where a proxy in between has sent a page of its own."""
    try:
        answer = response.json()
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _refuse_unknown(model: type[Any], given: dict[str, Any]) -> None:
    unknown = given.keys() - model.model_fields.keys()
    if unknown:
        raise TypeError(f"{model.__name__} has no {', '.join(sorted(unknown))}")
