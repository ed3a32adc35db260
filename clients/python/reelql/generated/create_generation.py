from typing import Literal, Optional, Union

from pydantic import Field

from .base_model import BaseModel
from .enums import InputIssueCode, QuotaKind, Sampler
from .fragments import Generation, Warning


class CreateGeneration(BaseModel):
    create_generation: Union[
        "CreateGenerationCreateGenerationCreateGenerationSuccess",
        "CreateGenerationCreateGenerationDoesNotFit",
        "CreateGenerationCreateGenerationIdempotencyConflict",
        "CreateGenerationCreateGenerationInvalidInput",
        "CreateGenerationCreateGenerationNotFound",
        "CreateGenerationCreateGenerationQueueFull",
        "CreateGenerationCreateGenerationQuotaExceeded",
    ] = Field(alias="createGeneration", discriminator="typename__")


class CreateGenerationCreateGenerationCreateGenerationSuccess(BaseModel):
    typename__: Literal["CreateGenerationSuccess"] = Field(alias="__typename")
    replayed: bool
    warnings: list["CreateGenerationCreateGenerationCreateGenerationSuccessWarnings"]
    generation: "CreateGenerationCreateGenerationCreateGenerationSuccessGeneration"


CreateGenerationCreateGenerationCreateGenerationSuccessWarnings = Warning
CreateGenerationCreateGenerationCreateGenerationSuccessGeneration = Generation


class CreateGenerationCreateGenerationDoesNotFit(BaseModel):
    typename__: Literal["DoesNotFit"] = Field(alias="__typename")
    typename__: Literal["DoesNotFit"] = Field(alias="__typename")
    message: str
    required_bytes: int = Field(alias="requiredBytes")
    available_bytes: int = Field(alias="availableBytes")
    largest_that_fits: Optional[
        "CreateGenerationCreateGenerationDoesNotFitLargestThatFits"
    ] = Field(alias="largestThatFits")


class CreateGenerationCreateGenerationDoesNotFitLargestThatFits(BaseModel):
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
        "CreateGenerationCreateGenerationDoesNotFitLargestThatFitsGuidanceInterval"
    ] = Field(alias="guidanceInterval")
    cache_steps: Optional[int] = Field(alias="cacheSteps")


class CreateGenerationCreateGenerationDoesNotFitLargestThatFitsGuidanceInterval(
    BaseModel
):
    start: float
    end: float


class CreateGenerationCreateGenerationIdempotencyConflict(BaseModel):
    typename__: Literal["IdempotencyConflict"] = Field(alias="__typename")
    typename__: Literal["IdempotencyConflict"] = Field(alias="__typename")
    message: str
    existing: "CreateGenerationCreateGenerationIdempotencyConflictExisting"


class CreateGenerationCreateGenerationIdempotencyConflictExisting(BaseModel):
    id: str


class CreateGenerationCreateGenerationInvalidInput(BaseModel):
    typename__: Literal["InvalidInput"] = Field(alias="__typename")
    typename__: Literal["InvalidInput"] = Field(alias="__typename")
    message: str
    issues: list["CreateGenerationCreateGenerationInvalidInputIssues"]


class CreateGenerationCreateGenerationInvalidInputIssues(BaseModel):
    path: list[str]
    message: str
    code: InputIssueCode


class CreateGenerationCreateGenerationNotFound(BaseModel):
    typename__: Literal["NotFound"] = Field(alias="__typename")
    typename__: Literal["NotFound"] = Field(alias="__typename")
    message: str
    id: str


class CreateGenerationCreateGenerationQueueFull(BaseModel):
    typename__: Literal["QueueFull"] = Field(alias="__typename")
    typename__: Literal["QueueFull"] = Field(alias="__typename")
    message: str
    capacity: int
    retry_after_seconds: Optional[float] = Field(alias="retryAfterSeconds")


class CreateGenerationCreateGenerationQuotaExceeded(BaseModel):
    typename__: Literal["QuotaExceeded"] = Field(alias="__typename")
    typename__: Literal["QuotaExceeded"] = Field(alias="__typename")
    message: str
    quota: QuotaKind
    limit: int
    retry_after_seconds: Optional[float] = Field(alias="retryAfterSeconds")


CreateGeneration.model_rebuild()
CreateGenerationCreateGenerationCreateGenerationSuccess.model_rebuild()
CreateGenerationCreateGenerationDoesNotFit.model_rebuild()
CreateGenerationCreateGenerationDoesNotFitLargestThatFits.model_rebuild()
CreateGenerationCreateGenerationIdempotencyConflict.model_rebuild()
CreateGenerationCreateGenerationInvalidInput.model_rebuild()
