from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .fragments import Generation, Queue


class Queue(BaseModel):
    queue: "QueueQueue"


class QueueQueue(Queue):
    entries: "QueueQueueEntries"


class QueueQueueEntries(BaseModel):
    total_count: int = Field(alias="totalCount")
    page_info: "QueueQueueEntriesPageInfo" = Field(alias="pageInfo")
    edges: list["QueueQueueEntriesEdges"]


class QueueQueueEntriesPageInfo(BaseModel):
    has_next_page: bool = Field(alias="hasNextPage")
    end_cursor: Optional[str] = Field(alias="endCursor")


class QueueQueueEntriesEdges(BaseModel):
    cursor: str
    node: "QueueQueueEntriesEdgesNode"


QueueQueueEntriesEdgesNode = Generation
Queue.model_rebuild()
QueueQueue.model_rebuild()
QueueQueueEntries.model_rebuild()
QueueQueueEntriesEdges.model_rebuild()
