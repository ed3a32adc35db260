from .base_model import BaseModel
from .fragments import Device


class Devices(BaseModel):
    devices: list["DevicesDevices"]


DevicesDevices = Device
Devices.model_rebuild()
