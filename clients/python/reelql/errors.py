"""What can go wrong, one class for each thing that a caller can act on."""

from __future__ import annotations

from typing import Any

from .generated.fragments import Generation, Settings


class ReelQLError(Exception):
    """Whatever this package raises on purpose. `code` is stable."""

    code = "ERROR"


class InvalidInputError(ReelQLError):
    """The input cannot be used; `issues` has everything that is wrong."""

    code = "INVALID_INPUT"

    def __init__(self, message: str, issues: list[Any]) -> None:
        super().__init__(message)
        self.issues = issues


class NotFoundError(ReelQLError):
    """It does not exist, or not for this API key."""

    code = "NOT_FOUND"


class QueueFullError(ReelQLError):
    """As many generations wait as may wait."""

    code = "QUEUE_FULL"

    def __init__(self, message: str, retry_after_seconds: float | None) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class QuotaExceededError(ReelQLError):
    """The API key has asked for as much as it may."""

    code = "QUOTA_EXCEEDED"

    def __init__(self, message: str, retry_after_seconds: float | None) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class DoesNotFitError(ReelQLError):
    """No device has the memory; `largest_that_fits` are the settings nearest to those asked for."""

    code = "DOES_NOT_FIT"

    def __init__(self, message: str, largest_that_fits: Settings | None) -> None:
        super().__init__(message)
        self.largest_that_fits = largest_that_fits


class IdempotencyConflictError(ReelQLError):
    """The idempotency key was used before with another input."""

    code = "IDEMPOTENCY_CONFLICT"


class GenerationBusyError(ReelQLError):
    """The generation has not ended yet."""

    code = "GENERATION_BUSY"


class GenerationFailedError(ReelQLError):
    """The generation ended without a video; `generation.failure` says why."""

    code = "GENERATION_FAILED"

    def __init__(self, generation: Generation) -> None:
        super().__init__(generation.failure.message if generation.failure else "")
        self.generation = generation


class GenerationCanceledError(ReelQLError):
    """Somebody canceled the generation."""

    code = "GENERATION_CANCELED"

    def __init__(self, generation: Generation) -> None:
        super().__init__("The generation was canceled.")
        self.generation = generation


class UnauthenticatedError(ReelQLError):
    """The server wants an API key, and this is none of its own."""

    code = "UNAUTHENTICATED"


class ForbiddenError(ReelQLError):
    """The API key's role does not allow it."""

    code = "FORBIDDEN"


class RateLimitedError(ReelQLError):
    """The API key has sent too many requests."""

    code = "RATE_LIMITED"


class UnusableUploadError(ReelQLError):
    """The bytes are no picture that the server reads, or too many of them."""

    code = "UNUSABLE_UPLOAD"


class ConnectionLostError(ReelQLError):
    """The server could not be reached, or stayed away for too long."""

    code = "CONNECTION"


class ServerError(ReelQLError):
    """The server answered with something else than the contract says."""

    code = "SERVER"


_BY_SERVER_CODE: dict[str, type[ReelQLError]] = {
    "UNAUTHENTICATED": UnauthenticatedError,
    "FORBIDDEN": ForbiddenError,
    "RATE_LIMITED": RateLimitedError,
    "NOT_FOUND": NotFoundError,
    "NO_PICTURE": UnusableUploadError,
    "UNUSABLE_PICTURE": UnusableUploadError,
    "TOO_LARGE": UnusableUploadError,
}


def error_of_entries(entries: list[dict[str, Any]], fallback: str) -> ReelQLError:
    """The error of a GraphQL answer's `errors`: the first decides, the message has them all."""
    code = (entries[0].get("extensions") or {}).get("code") if entries else None
    message = "\n".join(str(entry.get("message")) for entry in entries) or fallback
    return _BY_SERVER_CODE.get(str(code), ServerError)(message)


def success_of(result: Any) -> Any:
    """The success in a result union. Raises the error of what it is instead."""
    match result.typename__:
        case name if name.endswith("Success"):
            return result
        case "InvalidInput":
            raise InvalidInputError(result.message, result.issues)
        case "NotFound":
            raise NotFoundError(result.message)
        case "QueueFull":
            raise QueueFullError(result.message, result.retry_after_seconds)
        case "QuotaExceeded":
            raise QuotaExceededError(result.message, result.retry_after_seconds)
        case "DoesNotFit":
            raise DoesNotFitError(result.message, result.largest_that_fits)
        case "IdempotencyConflict":
            raise IdempotencyConflictError(result.message)
        case "GenerationBusy":
            raise GenerationBusyError(result.message)
        case name:
            raise ServerError(f"{result.message} ({name})")
