from typing import Literal, Union

from pydantic import Field

from .base_model import BaseModel
from .fragments import Generation


class SetGenerationStarred(BaseModel):
    set_generation_starred: Union[
        "SetGenerationStarredSetGenerationStarredNotFound",
        "SetGenerationStarredSetGenerationStarredSetGenerationStarredSuccess",
    ] = Field(alias="setGenerationStarred", discriminator="typename__")


class SetGenerationStarredSetGenerationStarredNotFound(BaseModel):
    typename__: Literal["NotFound"] = Field(alias="__typename")
    typename__: Literal["NotFound"] = Field(alias="__typename")
    message: str
    id: str


class SetGenerationStarredSetGenerationStarredSetGenerationStarredSuccess(BaseModel):
    typename__: Literal["SetGenerationStarredSuccess"] = Field(alias="__typename")
    generation: (
        "SetGenerationStarredSetGenerationStarredSetGenerationStarredSuccessGeneration"
    )


SetGenerationStarredSetGenerationStarredSetGenerationStarredSuccessGeneration = (
    Generation
)
SetGenerationStarred.model_rebuild()
SetGenerationStarredSetGenerationStarredSetGenerationStarredSuccess.model_rebuild()
