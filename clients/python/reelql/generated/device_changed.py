from pydantic import Field

from .base_model import BaseModel
from .fragments import Device


class DeviceChanged(BaseModel):
    device_changed: "DeviceChangedDeviceChanged" = Field(alias="deviceChanged")


DeviceChangedDeviceChanged = Device
DeviceChanged.model_rebuild()
