from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .fragments import Generation


class Generations(BaseModel):
    generations: "GenerationsGenerations"


class GenerationsGenerations(BaseModel):
    total_count: int = Field(alias="totalCount")
    page_info: "GenerationsGenerationsPageInfo" = Field(alias="pageInfo")
    edges: list["GenerationsGenerationsEdges"]


class GenerationsGenerationsPageInfo(BaseModel):
    has_next_page: bool = Field(alias="hasNextPage")
    has_previous_page: bool = Field(alias="hasPreviousPage")
    start_cursor: Optional[str] = Field(alias="startCursor")
    end_cursor: Optional[str] = Field(alias="endCursor")


class GenerationsGenerationsEdges(BaseModel):
    cursor: str
    node: "GenerationsGenerationsEdgesNode"


GenerationsGenerationsEdgesNode = Generation
Generations.model_rebuild()
GenerationsGenerations.model_rebuild()
GenerationsGenerationsEdges.model_rebuild()
