from typing import Annotated, Literal, Optional, Union

from pydantic import Field

from .base_model import BaseModel
from .fragments import (  # noqa: F401
    Generation,
    GenerationAdjustments,
    GenerationArtifacts,
    GenerationDevice,
    GenerationFailure,
    GenerationFirstFrame,
    GenerationModel,
    GenerationOutputs,
    GenerationProgress,
    GenerationRemixedFrom,
    GenerationRetriedFrom,
    GenerationSettings,
    GenerationUsage,
    GenerationWarnings,
)


class GenerationById(BaseModel):
    node: Optional[
        Annotated[
            Union["GenerationByIdNodeNode", "GenerationByIdNodeGeneration"],
            Field(discriminator="typename__"),
        ]
    ]


class GenerationByIdNodeNode(BaseModel):
    typename__: Literal["Device", "Model", "Node", "Upload"] = Field(alias="__typename")


class GenerationByIdNodeGeneration(Generation):
    typename__: Literal["Generation"] = Field(alias="__typename")


GenerationById.model_rebuild()
