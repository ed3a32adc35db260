from typing import Literal, Optional, Union

from pydantic import Field

from .base_model import BaseModel
from .enums import InputIssueCode, QuotaKind, Sampler
from .fragments import Generation


class CreateGenerations(BaseModel):
    create_generations: Union[
        "CreateGenerationsCreateGenerationsCreateGenerationsSuccess",
        "CreateGenerationsCreateGenerationsDoesNotFit",
        "CreateGenerationsCreateGenerationsIdempotencyConflict",
        "CreateGenerationsCreateGenerationsInvalidInput",
        "CreateGenerationsCreateGenerationsNotFound",
        "CreateGenerationsCreateGenerationsQueueFull",
        "CreateGenerationsCreateGenerationsQuotaExceeded",
    ] = Field(alias="createGenerations", discriminator="typename__")


class CreateGenerationsCreateGenerationsCreateGenerationsSuccess(BaseModel):
    typename__: Literal["CreateGenerationsSuccess"] = Field(alias="__typename")
    generations: list[
        "CreateGenerationsCreateGenerationsCreateGenerationsSuccessGenerations"
    ]


CreateGenerationsCreateGenerationsCreateGenerationsSuccessGenerations = Generation


class CreateGenerationsCreateGenerationsDoesNotFit(BaseModel):
    typename__: Literal["DoesNotFit"] = Field(alias="__typename")
    typename__: Literal["DoesNotFit"] = Field(alias="__typename")
    message: str
    required_bytes: int = Field(alias="requiredBytes")
    available_bytes: int = Field(alias="availableBytes")
    largest_that_fits: Optional[
        "CreateGenerationsCreateGenerationsDoesNotFitLargestThatFits"
    ] = Field(alias="largestThatFits")


class CreateGenerationsCreateGenerationsDoesNotFitLargestThatFits(BaseModel):
    width: int
    height: int
    frame_count: int = Field(alias="frameCount")
    fps: int
    steps: int
    guidance_scale: float = Field(alias="guidanceScale")
    guidance_rescale: float = Field(alias="guidanceRescale")
    sampler: Sampler
    shift: float
    seed: int
    guidance_interval: Optional[
        "CreateGenerationsCreateGenerationsDoesNotFitLargestThatFitsGuidanceInterval"
    ] = Field(alias="guidanceInterval")
    cache_steps: Optional[int] = Field(alias="cacheSteps")


class CreateGenerationsCreateGenerationsDoesNotFitLargestThatFitsGuidanceInterval(
    BaseModel
):
    start: float
    end: float


class CreateGenerationsCreateGenerationsIdempotencyConflict(BaseModel):
    typename__: Literal["IdempotencyConflict"] = Field(alias="__typename")
    typename__: Literal["IdempotencyConflict"] = Field(alias="__typename")
    message: str
    existing: "CreateGenerationsCreateGenerationsIdempotencyConflictExisting"


class CreateGenerationsCreateGenerationsIdempotencyConflictExisting(BaseModel):
    id: str


class CreateGenerationsCreateGenerationsInvalidInput(BaseModel):
    typename__: Literal["InvalidInput"] = Field(alias="__typename")
    typename__: Literal["InvalidInput"] = Field(alias="__typename")
    message: str
    issues: list["CreateGenerationsCreateGenerationsInvalidInputIssues"]


class CreateGenerationsCreateGenerationsInvalidInputIssues(BaseModel):
    path: list[str]
    message: str
    code: InputIssueCode


class CreateGenerationsCreateGenerationsNotFound(BaseModel):
    typename__: Literal["NotFound"] = Field(alias="__typename")
    typename__: Literal["NotFound"] = Field(alias="__typename")
    message: str
    id: str


class CreateGenerationsCreateGenerationsQueueFull(BaseModel):
    typename__: Literal["QueueFull"] = Field(alias="__typename")
    typename__: Literal["QueueFull"] = Field(alias="__typename")
    message: str
    capacity: int
    retry_after_seconds: Optional[float] = Field(alias="retryAfterSeconds")


class CreateGenerationsCreateGenerationsQuotaExceeded(BaseModel):
    typename__: Literal["QuotaExceeded"] = Field(alias="__typename")
    typename__: Literal["QuotaExceeded"] = Field(alias="__typename")
    message: str
    quota: QuotaKind
    limit: int
    retry_after_seconds: Optional[float] = Field(alias="retryAfterSeconds")


CreateGenerations.model_rebuild()
CreateGenerationsCreateGenerationsCreateGenerationsSuccess.model_rebuild()
CreateGenerationsCreateGenerationsDoesNotFit.model_rebuild()
CreateGenerationsCreateGenerationsDoesNotFitLargestThatFits.model_rebuild()
CreateGenerationsCreateGenerationsIdempotencyConflict.model_rebuild()
CreateGenerationsCreateGenerationsInvalidInput.model_rebuild()
