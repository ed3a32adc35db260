from datetime import datetime
from typing import Literal, Optional, Union

from pydantic import Field

from .base_model import BaseModel
from .enums import ResumeCause
from .fragments import Artifact, Failure, Preview, Progress


class GenerationEvents(BaseModel):
    generation_events: Union[
        "GenerationEventsGenerationEventsGenerationCanceled",
        "GenerationEventsGenerationEventsGenerationFailed",
        "GenerationEventsGenerationEventsGenerationProgressed",
        "GenerationEventsGenerationEventsGenerationQueued",
        "GenerationEventsGenerationEventsGenerationResumed",
        "GenerationEventsGenerationEventsGenerationStarted",
        "GenerationEventsGenerationEventsGenerationSucceeded",
    ] = Field(alias="generationEvents", discriminator="typename__")


class GenerationEventsGenerationEventsGenerationCanceled(BaseModel):
    typename__: Literal["GenerationCanceled"] = Field(alias="__typename")
    sequence: int
    occurred_at: datetime = Field(alias="occurredAt")
    generation_id: str = Field(alias="generationId")


class GenerationEventsGenerationEventsGenerationFailed(BaseModel):
    typename__: Literal["GenerationFailed"] = Field(alias="__typename")
    sequence: int
    occurred_at: datetime = Field(alias="occurredAt")
    generation_id: str = Field(alias="generationId")
    failure: "GenerationEventsGenerationEventsGenerationFailedFailure"


GenerationEventsGenerationEventsGenerationFailedFailure = Failure


class GenerationEventsGenerationEventsGenerationProgressed(BaseModel):
    typename__: Literal["GenerationProgressed"] = Field(alias="__typename")
    sequence: int
    occurred_at: datetime = Field(alias="occurredAt")
    generation_id: str = Field(alias="generationId")
    progress: "GenerationEventsGenerationEventsGenerationProgressedProgress"


class GenerationEventsGenerationEventsGenerationProgressedProgress(Progress):
    preview: Optional[
        "GenerationEventsGenerationEventsGenerationProgressedProgressPreview"
    ]


GenerationEventsGenerationEventsGenerationProgressedProgressPreview = Preview


class GenerationEventsGenerationEventsGenerationQueued(BaseModel):
    typename__: Literal["GenerationQueued"] = Field(alias="__typename")
    sequence: int
    occurred_at: datetime = Field(alias="occurredAt")
    generation_id: str = Field(alias="generationId")
    position: int


class GenerationEventsGenerationEventsGenerationResumed(BaseModel):
    typename__: Literal["GenerationResumed"] = Field(alias="__typename")
    sequence: int
    occurred_at: datetime = Field(alias="occurredAt")
    generation_id: str = Field(alias="generationId")
    from_step: int = Field(alias="fromStep")
    cause: ResumeCause


class GenerationEventsGenerationEventsGenerationStarted(BaseModel):
    typename__: Literal["GenerationStarted"] = Field(alias="__typename")
    sequence: int
    occurred_at: datetime = Field(alias="occurredAt")
    generation_id: str = Field(alias="generationId")
    device: "GenerationEventsGenerationEventsGenerationStartedDevice"


class GenerationEventsGenerationEventsGenerationStartedDevice(BaseModel):
    id: str
    name: str


class GenerationEventsGenerationEventsGenerationSucceeded(BaseModel):
    typename__: Literal["GenerationSucceeded"] = Field(alias="__typename")
    sequence: int
    occurred_at: datetime = Field(alias="occurredAt")
    generation_id: str = Field(alias="generationId")
    artifacts: list["GenerationEventsGenerationEventsGenerationSucceededArtifacts"]


GenerationEventsGenerationEventsGenerationSucceededArtifacts = Artifact
GenerationEvents.model_rebuild()
GenerationEventsGenerationEventsGenerationFailed.model_rebuild()
GenerationEventsGenerationEventsGenerationProgressed.model_rebuild()
GenerationEventsGenerationEventsGenerationProgressedProgress.model_rebuild()
GenerationEventsGenerationEventsGenerationStarted.model_rebuild()
GenerationEventsGenerationEventsGenerationSucceeded.model_rebuild()
