"""What every phase of a run shares: clock, log, state folder, metrics, device and number format."""
import json
import os
import time

import torch


class Run:
    def __init__(self, state, device, seed=0):
        self.start = time.time()
        self.state, self.device = state, torch.device(device)
        self.gpu = self.device.type == "cuda"
        self.dtype = torch.bfloat16 if self.gpu else torch.float32
        self.metrics = {}
        os.makedirs(state, exist_ok=True)
        torch.manual_seed(seed)
        if self.gpu:
            torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True

    def path(self, name):
        return os.path.join(self.state, name)

    def elapsed(self):
        return time.time() - self.start

    def log(self, *words):
        print(f"[{self.elapsed():7.1f}]", *words, flush=True)

    def sync(self):
        if self.gpu:
            torch.cuda.synchronize()

    def autocast(self):
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.gpu)

    def save_metrics(self):
        with open(self.path("metrics.json.part"), "w") as f:
            json.dump(self.metrics, f, indent=1)
        os.replace(self.path("metrics.json.part"), self.path("metrics.json"))
