from typing import Literal, Union

from pydantic import Field

from .base_model import BaseModel
from .fragments import Generation


class CancelGeneration(BaseModel):
    cancel_generation: Union[
        "CancelGenerationCancelGenerationCancelGenerationSuccess",
        "CancelGenerationCancelGenerationNotFound",
    ] = Field(alias="cancelGeneration", discriminator="typename__")


class CancelGenerationCancelGenerationCancelGenerationSuccess(BaseModel):
    typename__: Literal["CancelGenerationSuccess"] = Field(alias="__typename")
    generation: "CancelGenerationCancelGenerationCancelGenerationSuccessGeneration"


CancelGenerationCancelGenerationCancelGenerationSuccessGeneration = Generation


class CancelGenerationCancelGenerationNotFound(BaseModel):
    typename__: Literal["NotFound"] = Field(alias="__typename")
    typename__: Literal["NotFound"] = Field(alias="__typename")
    message: str
    id: str


CancelGeneration.model_rebuild()
CancelGenerationCancelGenerationCancelGenerationSuccess.model_rebuild()
