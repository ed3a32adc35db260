"""Async client of ReelQL, the self-hosted text-to-video server."""

from .client import ReelQL
from .errors import (
    ConnectionLostError,
    DoesNotFitError,
    ForbiddenError,
    GenerationBusyError,
    GenerationCanceledError,
    GenerationFailedError,
    IdempotencyConflictError,
    InvalidInputError,
    NotFoundError,
    QueueFullError,
    QuotaExceededError,
    RateLimitedError,
    ReelQLError,
    ServerError,
    UnauthenticatedError,
    UnusableUploadError,
)
from .handle import GenerationHandle

__all__ = [
    "ConnectionLostError",
    "DoesNotFitError",
    "ForbiddenError",
    "GenerationBusyError",
    "GenerationCanceledError",
    "GenerationFailedError",
    "GenerationHandle",
    "IdempotencyConflictError",
    "InvalidInputError",
    "NotFoundError",
    "QueueFullError",
    "QuotaExceededError",
    "RateLimitedError",
    "ReelQL",
    "ReelQLError",
    "ServerError",
    "UnauthenticatedError",
    "UnusableUploadError",
]
