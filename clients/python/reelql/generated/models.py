from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import Sampler


class Models(BaseModel):
    models: list["ModelsModels"]


class ModelsModels(BaseModel):
    id: str
    name: str
    title: str
    license: str
    card: Optional["ModelsModelsCard"]
    content_hash: str = Field(alias="contentHash")
    example_prompts: list[str] = Field(alias="examplePrompts")
    defaults: "ModelsModelsDefaults"
    limits: "ModelsModelsLimits"


class ModelsModelsCard(BaseModel):
    description: Optional[str]
    intended_use: Optional[str] = Field(alias="intendedUse")
    training_data: Optional[str] = Field(alias="trainingData")
    limitations: Optional[str]


class ModelsModelsDefaults(BaseModel):
    width: int
    height: int
    frame_count: int = Field(alias="frameCount")
    fps: int
    steps: int
    guidance_scale: float = Field(alias="guidanceScale")
    guidance_rescale: float = Field(alias="guidanceRescale")
    sampler: Sampler
    shift: float


class ModelsModelsLimits(BaseModel):
    max_width: int = Field(alias="maxWidth")
    max_height: int = Field(alias="maxHeight")
    size_multiple: int = Field(alias="sizeMultiple")
    max_frames: int = Field(alias="maxFrames")
    frame_multiple: int = Field(alias="frameMultiple")
    max_steps: int = Field(alias="maxSteps")
    max_prompt_tokens: int = Field(alias="maxPromptTokens")


Models.model_rebuild()
ModelsModels.model_rebuild()
