from typing import Literal, Union

from pydantic import Field

from .base_model import BaseModel


class DeleteGeneration(BaseModel):
    delete_generation: Union[
        "DeleteGenerationDeleteGenerationDeleteGenerationSuccess",
        "DeleteGenerationDeleteGenerationGenerationBusy",
        "DeleteGenerationDeleteGenerationNotFound",
    ] = Field(alias="deleteGeneration", discriminator="typename__")


class DeleteGenerationDeleteGenerationDeleteGenerationSuccess(BaseModel):
    typename__: Literal["DeleteGenerationSuccess"] = Field(alias="__typename")
    deleted_id: str = Field(alias="deletedId")


class DeleteGenerationDeleteGenerationGenerationBusy(BaseModel):
    typename__: Literal["GenerationBusy"] = Field(alias="__typename")
    typename__: Literal["GenerationBusy"] = Field(alias="__typename")
    message: str
    generation: "DeleteGenerationDeleteGenerationGenerationBusyGeneration"


class DeleteGenerationDeleteGenerationGenerationBusyGeneration(BaseModel):
    id: str


class DeleteGenerationDeleteGenerationNotFound(BaseModel):
    typename__: Literal["NotFound"] = Field(alias="__typename")
    typename__: Literal["NotFound"] = Field(alias="__typename")
    message: str
    id: str


DeleteGeneration.model_rebuild()
DeleteGenerationDeleteGenerationGenerationBusy.model_rebuild()
