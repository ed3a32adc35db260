from typing import Literal, Union

from pydantic import Field

from .base_model import BaseModel
from .enums import InputIssueCode
from .fragments import Generation


class SetGenerationPriority(BaseModel):
    set_generation_priority: Union[
        "SetGenerationPrioritySetGenerationPriorityInvalidInput",
        "SetGenerationPrioritySetGenerationPriorityNotFound",
        "SetGenerationPrioritySetGenerationPrioritySetGenerationPrioritySuccess",
    ] = Field(alias="setGenerationPriority", discriminator="typename__")


class SetGenerationPrioritySetGenerationPriorityInvalidInput(BaseModel):
    typename__: Literal["InvalidInput"] = Field(alias="__typename")
    typename__: Literal["InvalidInput"] = Field(alias="__typename")
    message: str
    issues: list["SetGenerationPrioritySetGenerationPriorityInvalidInputIssues"]


class SetGenerationPrioritySetGenerationPriorityInvalidInputIssues(BaseModel):
    path: list[str]
    message: str
    code: InputIssueCode


class SetGenerationPrioritySetGenerationPriorityNotFound(BaseModel):
    typename__: Literal["NotFound"] = Field(alias="__typename")
    typename__: Literal["NotFound"] = Field(alias="__typename")
    message: str
    id: str


class SetGenerationPrioritySetGenerationPrioritySetGenerationPrioritySuccess(BaseModel):
    typename__: Literal["SetGenerationPrioritySuccess"] = Field(alias="__typename")
    generation: "SetGenerationPrioritySetGenerationPrioritySetGenerationPrioritySuccessGeneration"


SetGenerationPrioritySetGenerationPrioritySetGenerationPrioritySuccessGeneration = (
    Generation
)
SetGenerationPriority.model_rebuild()
SetGenerationPrioritySetGenerationPriorityInvalidInput.model_rebuild()
SetGenerationPrioritySetGenerationPrioritySetGenerationPrioritySuccess.model_rebuild()
