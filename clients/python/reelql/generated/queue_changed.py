from pydantic import Field

from .base_model import BaseModel
from .fragments import Queue


class QueueChanged(BaseModel):
    queue_changed: "QueueChangedQueueChanged" = Field(alias="queueChanged")


QueueChangedQueueChanged = Queue
QueueChanged.model_rebuild()
