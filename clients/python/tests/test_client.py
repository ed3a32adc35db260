import base64
from pathlib import Path

import pytest

from conftest import CuttingProxy
from reelql import (
    ConnectionLostError,
    GenerationCanceledError,
    InvalidInputError,
    NotFoundError,
    ReelQL,
    UnusableUploadError,
)
from reelql.errors import success_of
from reelql.generated.input_types import SetGenerationPriorityInput

QUICK = {"width": 64, "height": 64, "frame_count": 5, "steps": 4}


async def test_generates_watches_and_saves(client: ReelQL, tmp_path: Path) -> None:
    made = await client.generate("A red car on a road", settings={**QUICK, "seed": 1, "guidance_scale": 9.5})
    assert made.created is not None and made.created.settings.seed == 1
    assert [warning.field for warning in made.warnings] == ["guidanceScale"]
    events = [event async for event in made.events()]
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))
    assert events[0].typename__ == "GenerationQueued" and events[-1].typename__ == "GenerationSucceeded"
    previews = [e.progress.preview for e in events if e.typename__ == "GenerationProgressed" and e.progress.preview]
    assert [preview.step for preview in previews] == [1, 2, 3, 4]
    assert base64.b64decode(previews[-1].data)[8:12] == b"WEBP"
    video = (await made.result()).artifacts[0]
    saved = await client.download(video.url, tmp_path / "video.mp4")
    assert saved.stat().st_size == video.bytes_
    assert [event.sequence async for event in made.events(after=events[-3].sequence)] == [
        event.sequence for event in events[-2:]
    ]


async def test_resumes_through_a_network_that_breaks(client: ReelQL, server: str) -> None:
    made = await client.generate("A boat", settings={**QUICK, "seed": 2})
    async with CuttingProxy(server, [40, 700, 1500, 2500]) as network, ReelQL(network.url) as distant:
        sequences = [event.sequence async for event in distant.generation(made.id).events()]
    assert network.connections >= 4
    assert sequences == list(range(1, len(sequences) + 1))
    assert (await made.get()).last_sequence == sequences[-1]


async def test_creates_one_when_the_answer_is_lost(client: ReelQL, server: str) -> None:
    before = (await client.generations()).generations.total_count
    async with CuttingProxy(server, [10]) as network, ReelQL(network.url) as distant:
        made = await distant.generate("Once", settings={**QUICK, "seed": 3})
    assert network.connections == 2
    assert (await client.generations()).generations.total_count == before + 1
    await client.generation(made.id).cancel()


async def test_cancels(client: ReelQL) -> None:
    made = await client.generate("A cat", settings={"steps": 50, "seed": 4})
    async for event in made.events():
        if event.typename__ == "GenerationProgressed" and event.progress.step == 1:
            await made.cancel()
    with pytest.raises(GenerationCanceledError):
        await made.result()


async def test_the_rest_of_the_contract_is_there(client: ReelQL) -> None:
    assert (await client.models()).models[0].name == "toy"
    assert (await client.devices()).devices[0].kind.value == "CPU"
    made = await client.generate("A fish", settings={**QUICK, "seed": 5}, priority=-3)
    moved = await client.set_generation_priority(input=SetGenerationPriorityInput(id=made.id, priority=4))
    assert success_of(moved.set_generation_priority).generation.priority == 4
    await made.result()


async def test_says_what_is_wrong(client: ReelQL) -> None:
    with pytest.raises(InvalidInputError) as caught:
        await client.generate("x" * 5000, settings={"width": 100})
    assert [issue.path for issue in caught.value.issues] == [["prompt"], ["settings", "width"]]
    with pytest.raises(NotFoundError):
        await client.get("generation_nobody")
    with pytest.raises(NotFoundError):
        await anext(client.generation("generation_nobody").events())
    with pytest.raises(UnusableUploadError):
        await client.upload(b"no picture")
    with pytest.raises(TypeError, match="GenerationSettingsInput has no wdith"):
        await client.generate("A cat", settings={"wdith": 64})
    with pytest.raises(TypeError, match="CreateGenerationInput has no promt"):
        await client.generate("A cat", promt="A dog")
    async with ReelQL("http://127.0.0.1:9", reconnect_attempts=0) as nobody:
        with pytest.raises(ConnectionLostError, match="No ReelQL server answers at"):
            await nobody.models()
        with pytest.raises(ConnectionLostError):
            await anext(nobody.generation("generation_any").events())
