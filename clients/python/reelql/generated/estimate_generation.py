from typing import Literal, Optional, Union

from pydantic import Field

from .base_model import BaseModel
from .enums import EstimateBasis, InputIssueCode, Sampler
from .fragments import Adjustment, Warning


class EstimateGeneration(BaseModel):
    estimate_generation: Union[
        "EstimateGenerationEstimateGenerationDoesNotFit",
        "EstimateGenerationEstimateGenerationEstimateGenerationSuccess",
        "EstimateGenerationEstimateGenerationInvalidInput",
        "EstimateGenerationEstimateGenerationNotFound",
    ] = Field(alias="estimateGeneration", discriminator="typename__")


class EstimateGenerationEstimateGenerationDoesNotFit(BaseModel):
    typename__: Literal["DoesNotFit"] = Field(alias="__typename")
    typename__: Literal["DoesNotFit"] = Field(alias="__typename")
    message: str
    required_bytes: int = Field(alias="requiredBytes")
    available_bytes: int = Field(alias="availableBytes")
    largest_that_fits: Optional[
        "EstimateGenerationEstimateGenerationDoesNotFitLargestThatFits"
    ] = Field(alias="largestThatFits")


class EstimateGenerationEstimateGenerationDoesNotFitLargestThatFits(BaseModel):
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
        "EstimateGenerationEstimateGenerationDoesNotFitLargestThatFitsGuidanceInterval"
    ] = Field(alias="guidanceInterval")
    cache_steps: Optional[int] = Field(alias="cacheSteps")


class EstimateGenerationEstimateGenerationDoesNotFitLargestThatFitsGuidanceInterval(
    BaseModel
):
    start: float
    end: float


class EstimateGenerationEstimateGenerationEstimateGenerationSuccess(BaseModel):
    typename__: Literal["EstimateGenerationSuccess"] = Field(alias="__typename")
    estimate: Optional[
        "EstimateGenerationEstimateGenerationEstimateGenerationSuccessEstimate"
    ]
    settings: "EstimateGenerationEstimateGenerationEstimateGenerationSuccessSettings"
    adjustments: list[
        "EstimateGenerationEstimateGenerationEstimateGenerationSuccessAdjustments"
    ]
    warnings: list[
        "EstimateGenerationEstimateGenerationEstimateGenerationSuccessWarnings"
    ]


class EstimateGenerationEstimateGenerationEstimateGenerationSuccessEstimate(BaseModel):
    seconds: float
    low_seconds: float = Field(alias="lowSeconds")
    high_seconds: float = Field(alias="highSeconds")
    queue_seconds: float = Field(alias="queueSeconds")
    peak_bytes: int = Field(alias="peakBytes")
    basis: EstimateBasis


class EstimateGenerationEstimateGenerationEstimateGenerationSuccessSettings(BaseModel):
    width: int
    height: int
    frame_count: int = Field(alias="frameCount")
    fps: int
    steps: int
    guidance_scale: float = Field(alias="guidanceScale")
    guidance_rescale: float = Field(alias="guidanceRescale")
    sampler: Sampler
    shift: float
    guidance_interval: Optional[
        "EstimateGenerationEstimateGenerationEstimateGenerationSuccessSettingsGuidanceInterval"
    ] = Field(alias="guidanceInterval")
    cache_steps: Optional[int] = Field(alias="cacheSteps")


class EstimateGenerationEstimateGenerationEstimateGenerationSuccessSettingsGuidanceInterval(
    BaseModel
):
    start: float
    end: float


EstimateGenerationEstimateGenerationEstimateGenerationSuccessAdjustments = Adjustment
EstimateGenerationEstimateGenerationEstimateGenerationSuccessWarnings = Warning


class EstimateGenerationEstimateGenerationInvalidInput(BaseModel):
    typename__: Literal["InvalidInput"] = Field(alias="__typename")
    typename__: Literal["InvalidInput"] = Field(alias="__typename")
    message: str
    issues: list["EstimateGenerationEstimateGenerationInvalidInputIssues"]


class EstimateGenerationEstimateGenerationInvalidInputIssues(BaseModel):
    path: list[str]
    message: str
    code: InputIssueCode


class EstimateGenerationEstimateGenerationNotFound(BaseModel):
    typename__: Literal["NotFound"] = Field(alias="__typename")
    typename__: Literal["NotFound"] = Field(alias="__typename")
    message: str
    id: str


EstimateGeneration.model_rebuild()
EstimateGenerationEstimateGenerationDoesNotFit.model_rebuild()
EstimateGenerationEstimateGenerationDoesNotFitLargestThatFits.model_rebuild()
EstimateGenerationEstimateGenerationEstimateGenerationSuccess.model_rebuild()
EstimateGenerationEstimateGenerationEstimateGenerationSuccessSettings.model_rebuild()
EstimateGenerationEstimateGenerationInvalidInput.model_rebuild()
