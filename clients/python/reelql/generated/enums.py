from enum import Enum


class ArtifactKind(str, Enum):
    EXTRA = "EXTRA"
    POSTER = "POSTER"
    VIDEO = "VIDEO"


class BatchingPolicy(str, Enum):
    AUTO = "AUTO"
    SOLO = "SOLO"


class CachePolicy(str, Enum):
    BYPASS = "BYPASS"
    REFRESH = "REFRESH"
    USE = "USE"
    USE_ANY_SEED = "USE_ANY_SEED"


class DeviceKind(str, Enum):
    CPU = "CPU"
    CUDA = "CUDA"


class DeviceStatus(str, Enum):
    BUSY = "BUSY"
    DRAINING = "DRAINING"
    IDLE = "IDLE"
    LOADING = "LOADING"
    LOST = "LOST"


class DoesNotFitPolicy(str, Enum):
    DOWNGRADE = "DOWNGRADE"
    REFUSE = "REFUSE"


class EstimateBasis(str, Enum):
    INTERPOLATED = "INTERPOLATED"
    MEASURED = "MEASURED"
    MODELED = "MODELED"


class FailureCode(str, Enum):
    DEVICE_LOST = "DEVICE_LOST"
    ENCODER_FAILED = "ENCODER_FAILED"
    INTERNAL = "INTERNAL"
    MODEL_LOAD_FAILED = "MODEL_LOAD_FAILED"
    NUMERIC_OVERFLOW = "NUMERIC_OVERFLOW"
    OUT_OF_MEMORY = "OUT_OF_MEMORY"
    STORAGE_FAILED = "STORAGE_FAILED"
    TIMED_OUT = "TIMED_OUT"


class GenerationPhase(str, Enum):
    DECODING = "DECODING"
    DENOISING = "DENOISING"
    DONE = "DONE"
    ENCODING_TEXT = "ENCODING_TEXT"
    ENCODING_VIDEO = "ENCODING_VIDEO"
    LOADING = "LOADING"
    WAITING = "WAITING"


class GenerationStatus(str, Enum):
    CANCELED = "CANCELED"
    FAILED = "FAILED"
    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"


class InputIssueCode(str, Enum):
    NOT_MULTIPLE_OF = "NOT_MULTIPLE_OF"
    REQUIRED = "REQUIRED"
    TOO_LARGE = "TOO_LARGE"
    TOO_LONG = "TOO_LONG"
    TOO_SMALL = "TOO_SMALL"
    UNSUPPORTED = "UNSUPPORTED"


class QuotaKind(str, Enum):
    PER_DAY = "PER_DAY"
    QUEUED = "QUEUED"


class ResumeCause(str, Enum):
    CHECKPOINT_DAMAGED = "CHECKPOINT_DAMAGED"
    DEVICE_LOST = "DEVICE_LOST"
    PREEMPTED = "PREEMPTED"
    SERVER_RESTARTED = "SERVER_RESTARTED"


class Sampler(str, Enum):
    DMD = "DMD"
    EULER = "EULER"
    UNIPC = "UNIPC"


class VideoFormat(str, Enum):
    GIF = "GIF"
    MP4_H264 = "MP4_H264"
    WEBM_VP9 = "WEBM_VP9"
    WEBP = "WEBP"


class WebhookEvent(str, Enum):
    CANCELED = "CANCELED"
    FAILED = "FAILED"
    QUEUED = "QUEUED"
    RESUMED = "RESUMED"
    STARTED = "STARTED"
    SUCCEEDED = "SUCCEEDED"
