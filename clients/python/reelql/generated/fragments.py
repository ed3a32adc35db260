from datetime import datetime
from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import (
    ArtifactKind,
    BatchingPolicy,
    DeviceKind,
    DeviceStatus,
    FailureCode,
    GenerationPhase,
    GenerationStatus,
    Sampler,
    VideoFormat,
)


class Adjustment(BaseModel):
    field: str
    from_: str = Field(alias="from")
    to: str
    reason: str


class Artifact(BaseModel):
    kind: ArtifactKind
    url: str
    mime_type: str = Field(alias="mimeType")
    bytes_: int = Field(alias="bytes")
    sha_256: str = Field(alias="sha256")
    width: int
    height: int
    duration_seconds: Optional[float] = Field(alias="durationSeconds")


class Device(BaseModel):
    id: str
    name: str
    kind: DeviceKind
    status: DeviceStatus
    total_bytes: int = Field(alias="totalBytes")
    free_bytes: Optional[int] = Field(alias="freeBytes")
    used_by_us_bytes: Optional[int] = Field(alias="usedByUsBytes")
    memory: "DeviceMemory"
    loaded: list["DeviceLoaded"]
    running: list["DeviceRunning"]
    observed_at: datetime = Field(alias="observedAt")


class DeviceMemory(BaseModel):
    weights_bytes: int = Field(alias="weightsBytes")
    activations_bytes: int = Field(alias="activationsBytes")
    headroom_bytes: int = Field(alias="headroomBytes")
    others_bytes: Optional[int] = Field(alias="othersBytes")


class DeviceLoaded(BaseModel):
    model: "DeviceLoadedModel"
    component: str
    bytes_: int = Field(alias="bytes")


class DeviceLoadedModel(BaseModel):
    id: str
    name: str


class DeviceRunning(BaseModel):
    id: str
    prompt: str


class Failure(BaseModel):
    code: FailureCode
    message: str
    retryable: bool


class Progress(BaseModel):
    phase: GenerationPhase
    step: int
    total_steps: int = Field(alias="totalSteps")
    fraction: float
    seconds_remaining: Optional[float] = Field(alias="secondsRemaining")
    queue_position: Optional[int] = Field(alias="queuePosition")


class Settings(BaseModel):
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
    guidance_interval: Optional["SettingsGuidanceInterval"] = Field(
        alias="guidanceInterval"
    )
    cache_steps: Optional[int] = Field(alias="cacheSteps")


class SettingsGuidanceInterval(BaseModel):
    start: float
    end: float


class Warning(BaseModel):
    field: str
    message: str


class Generation(BaseModel):
    id: str
    status: GenerationStatus
    prompt: str
    negative_prompt: str = Field(alias="negativePrompt")
    settings: "GenerationSettings"
    adjustments: list["GenerationAdjustments"]
    warnings: list["GenerationWarnings"]
    model_name: str = Field(alias="modelName")
    model: Optional["GenerationModel"]
    device: Optional["GenerationDevice"]
    outputs: "GenerationOutputs"
    first_frame: Optional["GenerationFirstFrame"] = Field(alias="firstFrame")
    batching: BatchingPolicy
    priority: int
    starred: bool
    cached: bool
    progress: "GenerationProgress"
    artifacts: list["GenerationArtifacts"]
    failure: Optional["GenerationFailure"]
    usage: Optional["GenerationUsage"]
    remixed_from: Optional["GenerationRemixedFrom"] = Field(alias="remixedFrom")
    retried_from: Optional["GenerationRetriedFrom"] = Field(alias="retriedFrom")
    last_sequence: int = Field(alias="lastSequence")
    created_at: datetime = Field(alias="createdAt")
    started_at: Optional[datetime] = Field(alias="startedAt")
    finished_at: Optional[datetime] = Field(alias="finishedAt")


class GenerationSettings(Settings):
    pass


class GenerationAdjustments(Adjustment):
    pass


class GenerationWarnings(Warning):
    pass


class GenerationModel(BaseModel):
    id: str
    name: str


class GenerationDevice(BaseModel):
    id: str
    name: str


class GenerationOutputs(BaseModel):
    formats: list[VideoFormat]
    crop: Optional["GenerationOutputsCrop"]
    subtitles: list["GenerationOutputsSubtitles"]


class GenerationOutputsCrop(BaseModel):
    x: int
    y: int
    width: int
    height: int


class GenerationOutputsSubtitles(BaseModel):
    text: str
    start_seconds: float = Field(alias="startSeconds")
    end_seconds: float = Field(alias="endSeconds")


class GenerationFirstFrame(BaseModel):
    id: str
    url: str
    width: int
    height: int


class GenerationProgress(Progress):
    pass


class GenerationArtifacts(Artifact):
    pass


class GenerationFailure(Failure):
    pass


class GenerationUsage(BaseModel):
    queue_seconds: float = Field(alias="queueSeconds")
    compute_seconds: float = Field(alias="computeSeconds")
    wall_seconds: float = Field(alias="wallSeconds")
    peak_bytes: Optional[int] = Field(alias="peakBytes")
    denoiser_rows: Optional[int] = Field(alias="denoiserRows")
    average_batch_rows: float = Field(alias="averageBatchRows")
    resumes: int
    preemptions: int


class GenerationRemixedFrom(BaseModel):
    id: str


class GenerationRetriedFrom(BaseModel):
    id: str


class Preview(BaseModel):
    step: int
    width: int
    height: int
    frame_count: int = Field(alias="frameCount")
    mime_type: str = Field(alias="mimeType")
    data: str
    url: str


class Queue(BaseModel):
    paused: bool
    depth: int
    running: int
    capacity: int


Adjustment.model_rebuild()
Artifact.model_rebuild()
Device.model_rebuild()
Failure.model_rebuild()
Progress.model_rebuild()
Settings.model_rebuild()
Warning.model_rebuild()
Generation.model_rebuild()
Preview.model_rebuild()
Queue.model_rebuild()
