from typing import Literal, Union

from pydantic import Field

from .base_model import BaseModel
from .fragments import Queue


class SetQueuePaused(BaseModel):
    set_queue_paused: Union["SetQueuePausedSetQueuePausedSetQueuePausedSuccess",] = (
        Field(alias="setQueuePaused", discriminator="typename__")
    )


class SetQueuePausedSetQueuePausedSetQueuePausedSuccess(BaseModel):
    typename__: Literal["SetQueuePausedSuccess"] = Field(alias="__typename")
    queue: "SetQueuePausedSetQueuePausedSetQueuePausedSuccessQueue"


SetQueuePausedSetQueuePausedSetQueuePausedSuccessQueue = Queue
SetQueuePaused.model_rebuild()
SetQueuePausedSetQueuePausedSetQueuePausedSuccess.model_rebuild()
