from typing import Literal, Optional, Union

from pydantic import Field

from .base_model import BaseModel
from .enums import InputIssueCode, QuotaKind, Sampler
from .fragments import Generation, Warning


class RetryGeneration(BaseModel):
    retry_generation: Union[
        "RetryGenerationRetryGenerationCreateGenerationSuccess",
        "RetryGenerationRetryGenerationDoesNotFit",
        "RetryGenerationRetryGenerationGenerationBusy",
        "RetryGenerationRetryGenerationIdempotencyConflict",
        "RetryGenerationRetryGenerationInvalidInput",
        "RetryGenerationRetryGenerationNotFound",
        "RetryGenerationRetryGenerationQueueFull",
        "RetryGenerationRetryGenerationQuotaExceeded",
    ] = Field(alias="retryGeneration", discriminator="typename__")


class RetryGenerationRetryGenerationCreateGenerationSuccess(BaseModel):
    typename__: Literal["CreateGenerationSuccess"] = Field(alias="__typename")
    replayed: bool
    warnings: list["RetryGenerationRetryGenerationCreateGenerationSuccessWarnings"]
    generation: "RetryGenerationRetryGenerationCreateGenerationSuccessGeneration"


RetryGenerationRetryGenerationCreateGenerationSuccessWarnings = Warning
RetryGenerationRetryGenerationCreateGenerationSuccessGeneration = Generation


class RetryGenerationRetryGenerationDoesNotFit(BaseModel):
    typename__: Literal["DoesNotFit"] = Field(alias="__typename")
    typename__: Literal["DoesNotFit"] = Field(alias="__typename")
    message: str
    required_bytes: int = Field(alias="requiredBytes")
    available_bytes: int = Field(alias="availableBytes")
    largest_that_fits: Optional[
        "RetryGenerationRetryGenerationDoesNotFitLargestThatFits"
    ] = Field(alias="largestThatFits")


class RetryGenerationRetryGenerationDoesNotFitLargestThatFits(BaseModel):
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
        "RetryGenerationRetryGenerationDoesNotFitLargestThatFitsGuidanceInterval"
    ] = Field(alias="guidanceInterval")
    cache_steps: Optional[int] = Field(alias="cacheSteps")


class RetryGenerationRetryGenerationDoesNotFitLargestThatFitsGuidanceInterval(
    BaseModel
):
    start: float
    end: float


class RetryGenerationRetryGenerationGenerationBusy(BaseModel):
    typename__: Literal["GenerationBusy"] = Field(alias="__typename")
    typename__: Literal["GenerationBusy"] = Field(alias="__typename")
    message: str
    generation: "RetryGenerationRetryGenerationGenerationBusyGeneration"


class RetryGenerationRetryGenerationGenerationBusyGeneration(BaseModel):
    id: str


class RetryGenerationRetryGenerationIdempotencyConflict(BaseModel):
    typename__: Literal["IdempotencyConflict"] = Field(alias="__typename")
    typename__: Literal["IdempotencyConflict"] = Field(alias="__typename")
    message: str
    existing: "RetryGenerationRetryGenerationIdempotencyConflictExisting"


class RetryGenerationRetryGenerationIdempotencyConflictExisting(BaseModel):
    id: str


class RetryGenerationRetryGenerationInvalidInput(BaseModel):
    typename__: Literal["InvalidInput"] = Field(alias="__typename")
    typename__: Literal["InvalidInput"] = Field(alias="__typename")
    message: str
    issues: list["RetryGenerationRetryGenerationInvalidInputIssues"]


class RetryGenerationRetryGenerationInvalidInputIssues(BaseModel):
    path: list[str]
    message: str
    code: InputIssueCode


class RetryGenerationRetryGenerationNotFound(BaseModel):
    typename__: Literal["NotFound"] = Field(alias="__typename")
    typename__: Literal["NotFound"] = Field(alias="__typename")
    message: str
    id: str


class RetryGenerationRetryGenerationQueueFull(BaseModel):
    typename__: Literal["QueueFull"] = Field(alias="__typename")
    typename__: Literal["QueueFull"] = Field(alias="__typename")
    message: str
    capacity: int
    retry_after_seconds: Optional[float] = Field(alias="retryAfterSeconds")


class RetryGenerationRetryGenerationQuotaExceeded(BaseModel):
    typename__: Literal["QuotaExceeded"] = Field(alias="__typename")
    typename__: Literal["QuotaExceeded"] = Field(alias="__typename")
    message: str
    quota: QuotaKind
    limit: int
    retry_after_seconds: Optional[float] = Field(alias="retryAfterSeconds")


RetryGeneration.model_rebuild()
RetryGenerationRetryGenerationCreateGenerationSuccess.model_rebuild()
RetryGenerationRetryGenerationDoesNotFit.model_rebuild()
RetryGenerationRetryGenerationDoesNotFitLargestThatFits.model_rebuild()
RetryGenerationRetryGenerationGenerationBusy.model_rebuild()
RetryGenerationRetryGenerationIdempotencyConflict.model_rebuild()
RetryGenerationRetryGenerationInvalidInput.model_rebuild()
