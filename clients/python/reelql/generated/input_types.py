from datetime import datetime
from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import (
    BatchingPolicy,
    CachePolicy,
    DoesNotFitPolicy,
    GenerationStatus,
    Sampler,
    VideoFormat,
    WebhookEvent,
)


class CancelGenerationInput(BaseModel):
    """What to stop."""

    id: str
    "Id of the generation."


class CreateGenerationInput(BaseModel):
    """What to make."""

    batching: Optional[BatchingPolicy] = BatchingPolicy.AUTO
    "Whether other generations may share its steps."
    cache: Optional[CachePolicy] = CachePolicy.USE
    "Whether a stored video of the same request will do."
    first_frame_upload_id: Optional[str] = Field(
        alias="firstFrameUploadId", default=None
    )
    "A picture that the video begins with; uploaded over HTTP first (POST /uploads)."
    idempotency_key: Optional[str] = Field(alias="idempotencyKey", default=None)
    "Same key, same input: the first result again. Same key, other input: IdempotencyConflict."
    model_id: Optional[str] = Field(alias="modelId", default=None)
    "Leave out for the default model."
    negative_prompt: Optional[str] = Field(alias="negativePrompt", default=None)
    "What it must not show."
    on_does_not_fit: Optional[DoesNotFitPolicy] = Field(
        alias="onDoesNotFit", default=DoesNotFitPolicy.REFUSE
    )
    "What to do where no device has the memory for the settings."
    outputs: Optional["OutputsInput"] = None
    "What to make of the pictures; an MP4 if left out."
    priority: Optional[int] = 0
    "-100 to 100, higher goes first."
    prompt: str
    "What the video shows; empty for whatever the model likes."
    remixed_from_id: Optional[str] = Field(alias="remixedFromId", default=None)
    "The generation whose settings it started from."
    settings: Optional["GenerationSettingsInput"] = None
    "Leave out for the defaults of the model."
    webhook_events: Optional[list[WebhookEvent]] = Field(
        alias="webhookEvents", default=None
    )
    "Which events to POST; the server's choice if left out, as a rule those that end the generation."
    webhook_url: Optional[str] = Field(alias="webhookUrl", default=None)
    "Where to POST its events to, signed, until they are received; private addresses are refused."


class CropInput(BaseModel):
    """A part of the picture, in pixels of the video as generated. Sides are even and at least 16."""

    height: int
    "Height in pixels."
    width: int
    "Width in pixels."
    x: int
    "Distance from the left edge in pixels."
    y: int
    "Distance from the upper edge in pixels."


class DeleteGenerationInput(BaseModel):
    """What to remove."""

    id: str
    "Id of the generation."


class EstimateGenerationInput(BaseModel):
    """What would be made."""

    model_id: Optional[str] = Field(alias="modelId", default=None)
    "Leave out for the default model."
    on_does_not_fit: Optional[DoesNotFitPolicy] = Field(
        alias="onDoesNotFit", default=DoesNotFitPolicy.REFUSE
    )
    "With DOWNGRADE the estimate is of what would be made instead."
    settings: Optional["GenerationSettingsInput"] = None
    "Leave out for the defaults of the model."


class GenerationFilter(BaseModel):
    """Which generations to list: those that fit all that is given."""

    created_after: Optional[datetime] = Field(alias="createdAfter", default=None)
    "Only those created after this moment."
    created_before: Optional[datetime] = Field(alias="createdBefore", default=None)
    "Only those created before this moment."
    model_id: Optional[str] = Field(alias="modelId", default=None)
    "Only those of this model."
    prompt_contains: Optional[str] = Field(alias="promptContains", default=None)
    "With this text somewhere in the prompt; case does not matter in ASCII, % stands for any text and _ for any character."
    starred: Optional[bool] = None
    "Only those that are starred, or only those that are not."
    status: Optional[list[GenerationStatus]] = None
    "Only those with one of these statuses."
    text: Optional[str] = None
    "With each of these words somewhere in the prompt or the negative prompt, in any order; compared like promptContains."


class GenerationSettingsInput(BaseModel):
    """Settings to choose. What is left out takes the model's default; all are checked against its limits, and what is wrong comes back as InvalidInput."""

    cache_steps: Optional[int] = Field(alias="cacheSteps", default=None)
    "Step caching: after the first 15 % and before the last 10 % of the steps, so many in a row take a velocity extrapolated from the computed ones before them, and next to no time (TeaCache's idea with TaylorSeer's forecast). 0 to 3 with UNIPC and EULER, 0 with DMD. It changes the video, less the more steps there are. Left out: 0."
    fps: Optional[int] = None
    "Frames per second, 1 to 60."
    frame_count: Optional[int] = Field(alias="frameCount", default=None)
    "Pictures in the video: 4n + 1 with the Wan models. Others are changed to 4*floor(F/4) + 1, as adjustments say."
    guidance_interval: Optional["GuidanceIntervalInput"] = Field(
        alias="guidanceInterval", default=None
    )
    "Guidance in these steps only (Kynkäänniemi et al. 2024); the others take half the time. As `start` and `stop` of diffusers' ClassifierFreeGuidance. Needs guidanceScale above 1. Left out: in all steps."
    guidance_rescale: Optional[float] = Field(alias="guidanceRescale", default=None)
    "0 to 1: how far guidance keeps the deviation of the prediction for the prompt alone, against burnt colours at a high guidanceScale (Lin et al. 2024, section 3.4; diffusers' guidance_rescale). Costs next to no time. 0 where there is no guidance."
    guidance_scale: Optional[float] = Field(alias="guidanceScale", default=None)
    "How strongly the prompt is followed: 0 to 100, above 9 with a warning."
    height: Optional[int] = None
    "Pixels; divisible by the model's sizeMultiple."
    sampler: Optional[Sampler] = None
    "How the denoising equation is solved."
    seed: Optional[int] = None
    "0 to 2^53 - 1. Leave out for a random one."
    shift: Optional[float] = None
    "Shift of the noise schedule towards much noise."
    steps: Optional[int] = None
    "Number of denoising steps."
    width: Optional[int] = None
    "Pixels; divisible by the model's sizeMultiple."


class GuidanceIntervalInput(BaseModel):
    """A part of the steps of a generation, as fractions of their number: 0 <= start < end <= 1."""

    end: float = 1
    "The first step after it is the one at floor(end * steps)."
    start: float = 0
    "The first step in it is the one at floor(start * steps)."


class OutputsInput(BaseModel):
    """What to make of the pictures once they are there."""

    crop: Optional["CropInput"] = None
    "The whole picture if left out."
    formats: Optional[list[VideoFormat]] = None
    "The first is the video, the others are extras; MP4_H264 if left out."
    subtitles: Optional[list["SubtitleInput"]] = None
    "Lines of text to draw into the picture; at most 100."


class RetryGenerationInput(BaseModel):
    """What to do again."""

    id: str
    "Id of the generation."
    idempotency_key: Optional[str] = Field(alias="idempotencyKey", default=None)
    "The same key again: the first retry again."
    outputs: Optional["OutputsInput"] = None
    "What to make of the pictures this time; the same as before if left out."


class SetGenerationPriorityInput(BaseModel):
    """How urgent something is."""

    id: str
    "Id of the generation."
    priority: int
    "-100 to 100, higher goes first."


class SetGenerationStarredInput(BaseModel):
    """What to keep in sight."""

    id: str
    "Id of the generation."
    starred: bool
    "False takes the star away."


class SetQueuePausedInput(BaseModel):
    """Whether the queue rests."""

    paused: bool
    "False lets it go on."


class SubtitleInput(BaseModel):
    """A line of text drawn into the picture, in any script; emoji are drawn as outlines."""

    end_seconds: float = Field(alias="endSeconds")
    "When it disappears, in seconds from the beginning."
    start_seconds: float = Field(alias="startSeconds")
    "When it appears, in seconds from the beginning."
    text: str
    "Up to 500 characters in up to 4 lines."


CreateGenerationInput.model_rebuild()
EstimateGenerationInput.model_rebuild()
GenerationSettingsInput.model_rebuild()
OutputsInput.model_rebuild()
RetryGenerationInput.model_rebuild()
