from typing import Literal, Union

from pydantic import Field

from .base_model import BaseModel


class GenerationOutcome(BaseModel):
    generation_events: Union[
        "GenerationOutcomeGenerationEventsGenerationCanceled",
        "GenerationOutcomeGenerationEventsGenerationFailed",
        "GenerationOutcomeGenerationEventsGenerationProgressed",
        "GenerationOutcomeGenerationEventsGenerationQueued",
        "GenerationOutcomeGenerationEventsGenerationResumed",
        "GenerationOutcomeGenerationEventsGenerationStarted",
        "GenerationOutcomeGenerationEventsGenerationSucceeded",
    ] = Field(alias="generationEvents", discriminator="typename__")


class GenerationOutcomeGenerationEventsGenerationCanceled(BaseModel):
    typename__: Literal["GenerationCanceled"] = Field(alias="__typename")
    sequence: int


class GenerationOutcomeGenerationEventsGenerationFailed(BaseModel):
    typename__: Literal["GenerationFailed"] = Field(alias="__typename")
    sequence: int


class GenerationOutcomeGenerationEventsGenerationProgressed(BaseModel):
    typename__: Literal["GenerationProgressed"] = Field(alias="__typename")
    sequence: int


class GenerationOutcomeGenerationEventsGenerationQueued(BaseModel):
    typename__: Literal["GenerationQueued"] = Field(alias="__typename")
    sequence: int


class GenerationOutcomeGenerationEventsGenerationResumed(BaseModel):
    typename__: Literal["GenerationResumed"] = Field(alias="__typename")
    sequence: int


class GenerationOutcomeGenerationEventsGenerationStarted(BaseModel):
    typename__: Literal["GenerationStarted"] = Field(alias="__typename")
    sequence: int


class GenerationOutcomeGenerationEventsGenerationSucceeded(BaseModel):
    typename__: Literal["GenerationSucceeded"] = Field(alias="__typename")
    sequence: int


GenerationOutcome.model_rebuild()
