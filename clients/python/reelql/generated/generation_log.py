from datetime import datetime
from typing import Annotated, Literal, Optional, Union

from pydantic import Field

from .base_model import BaseModel
from .enums import ResumeCause
from .fragments import Failure, Progress


class GenerationLog(BaseModel):
    node: Optional[
        Annotated[
            Union["GenerationLogNodeNode", "GenerationLogNodeGeneration"],
            Field(discriminator="typename__"),
        ]
    ]


class GenerationLogNodeNode(BaseModel):
    typename__: Literal["Device", "Model", "Node", "Upload"] = Field(alias="__typename")


class GenerationLogNodeGeneration(BaseModel):
    typename__: Literal["Generation"] = Field(alias="__typename")
    id: str
    latents_kept: bool = Field(alias="latentsKept")
    events: "GenerationLogNodeGenerationEvents"


class GenerationLogNodeGenerationEvents(BaseModel):
    page_info: "GenerationLogNodeGenerationEventsPageInfo" = Field(alias="pageInfo")
    edges: list["GenerationLogNodeGenerationEventsEdges"]


class GenerationLogNodeGenerationEventsPageInfo(BaseModel):
    has_next_page: bool = Field(alias="hasNextPage")
    end_cursor: Optional[str] = Field(alias="endCursor")


class GenerationLogNodeGenerationEventsEdges(BaseModel):
    node: Union[
        "GenerationLogNodeGenerationEventsEdgesNodeGenerationCanceled",
        "GenerationLogNodeGenerationEventsEdgesNodeGenerationFailed",
        "GenerationLogNodeGenerationEventsEdgesNodeGenerationProgressed",
        "GenerationLogNodeGenerationEventsEdgesNodeGenerationQueued",
        "GenerationLogNodeGenerationEventsEdgesNodeGenerationResumed",
        "GenerationLogNodeGenerationEventsEdgesNodeGenerationStarted",
        "GenerationLogNodeGenerationEventsEdgesNodeGenerationSucceeded",
    ] = Field(discriminator="typename__")


class GenerationLogNodeGenerationEventsEdgesNodeGenerationCanceled(BaseModel):
    typename__: Literal["GenerationCanceled"] = Field(alias="__typename")
    sequence: int
    occurred_at: datetime = Field(alias="occurredAt")


class GenerationLogNodeGenerationEventsEdgesNodeGenerationFailed(BaseModel):
    typename__: Literal["GenerationFailed"] = Field(alias="__typename")
    sequence: int
    occurred_at: datetime = Field(alias="occurredAt")
    failure: "GenerationLogNodeGenerationEventsEdgesNodeGenerationFailedFailure"


GenerationLogNodeGenerationEventsEdgesNodeGenerationFailedFailure = Failure


class GenerationLogNodeGenerationEventsEdgesNodeGenerationProgressed(BaseModel):
    typename__: Literal["GenerationProgressed"] = Field(alias="__typename")
    sequence: int
    occurred_at: datetime = Field(alias="occurredAt")
    progress: "GenerationLogNodeGenerationEventsEdgesNodeGenerationProgressedProgress"


GenerationLogNodeGenerationEventsEdgesNodeGenerationProgressedProgress = Progress


class GenerationLogNodeGenerationEventsEdgesNodeGenerationQueued(BaseModel):
    typename__: Literal["GenerationQueued"] = Field(alias="__typename")
    sequence: int
    occurred_at: datetime = Field(alias="occurredAt")
    position: int


class GenerationLogNodeGenerationEventsEdgesNodeGenerationResumed(BaseModel):
    typename__: Literal["GenerationResumed"] = Field(alias="__typename")
    sequence: int
    occurred_at: datetime = Field(alias="occurredAt")
    from_step: int = Field(alias="fromStep")
    cause: ResumeCause


class GenerationLogNodeGenerationEventsEdgesNodeGenerationStarted(BaseModel):
    typename__: Literal["GenerationStarted"] = Field(alias="__typename")
    sequence: int
    occurred_at: datetime = Field(alias="occurredAt")
    device: "GenerationLogNodeGenerationEventsEdgesNodeGenerationStartedDevice"


class GenerationLogNodeGenerationEventsEdgesNodeGenerationStartedDevice(BaseModel):
    id: str
    name: str


class GenerationLogNodeGenerationEventsEdgesNodeGenerationSucceeded(BaseModel):
    typename__: Literal["GenerationSucceeded"] = Field(alias="__typename")
    sequence: int
    occurred_at: datetime = Field(alias="occurredAt")
    cached: bool


GenerationLog.model_rebuild()
GenerationLogNodeGeneration.model_rebuild()
GenerationLogNodeGenerationEvents.model_rebuild()
GenerationLogNodeGenerationEventsEdges.model_rebuild()
GenerationLogNodeGenerationEventsEdgesNodeGenerationFailed.model_rebuild()
GenerationLogNodeGenerationEventsEdgesNodeGenerationProgressed.model_rebuild()
GenerationLogNodeGenerationEventsEdgesNodeGenerationStarted.model_rebuild()
