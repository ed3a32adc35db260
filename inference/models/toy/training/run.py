"""What every phase of a run shares: clock, log, state folder, metrics, device, number format and the team of ranks."""
import json
import os
import time

import torch

from training.team import Team


class Run:
    """The first rank logs and writes files; the others only compute."""

    def __init__(self, state, device, seed=0, total_seconds=1e9, team=None):
        self.start, self.total_seconds = time.time(), total_seconds
        self.state, self.device = state, torch.device(device)
        self.gpu = self.device.type == "cuda"
        self.dtype = torch.bfloat16 if self.gpu else torch.float32
        self.metrics, self.team = {}, team or Team()
        os.makedirs(state, exist_ok=True)
        torch.manual_seed(seed + 7919 * self.team.rank)
        if self.gpu:
            torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True

    def path(self, name):
        return os.path.join(self.state, name)

    def elapsed(self):
        return time.time() - self.start

    def left(self):
        """Seconds to the end of the run; a number in the file `total_seconds` of the state folder moves it."""
        try:
            with open(self.path("total_seconds")) as f:
                return float(f.read()) - self.elapsed()
        except (FileNotFoundError, ValueError):
            return self.total_seconds - self.elapsed()

    def meet(self, tensors, seconds_left):
        """The ranks average their tensors; returns seconds_left() by the first rank's clock, once the device has caught up."""
        self.sync()
        self.team.average(tensors)
        return self.team.agree(seconds_left())

    def log(self, *words):
        if self.team.first:
            print(f"[{self.elapsed():7.1f}]", *words, flush=True)

    def sync(self):
        if self.gpu:
            torch.cuda.synchronize()

    def autocast(self):
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.gpu)

    def save_metrics(self):
        if self.team.first:
            with open(self.path("metrics.json.part"), "w") as f:
                json.dump(self.metrics, f, indent=1)
            os.replace(self.path("metrics.json.part"), self.path("metrics.json"))
