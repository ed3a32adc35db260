"""Ranks that train copies of one model, each on clips of its own, and average them every few steps.

This is local SGD (Stich 2019): the collective stays outside the CUDA graph of a step, and every rank keeps its own
graph.  Weights, momenta and EMA are averaged through one flat buffer.  A team of one does nothing."""
import os
from datetime import timedelta

import torch
import torch.distributed as dist

EVERY = 4  # steps between two averages: 100 MB over NVLink cost a few milliseconds, a step about fifty


class Team:
    def __init__(self, rank=0, size=1, meeting=None, device="cpu"):
        """`meeting`: a file that does not exist yet, through which the ranks of one host find each other."""
        self.rank, self.size, self.device = rank, size, torch.device(device)
        if size == 1:
            return
        for name, value in dict(NCCL_NVLS_ENABLE="0", NCCL_SOCKET_IFNAME="lo", GLOO_SOCKET_IFNAME="lo").items():
            os.environ.setdefault(name, value)
        backend = "cpu:gloo,cuda:nccl" if self.device.type == "cuda" else "gloo"
        dist.init_process_group(backend, init_method=f"file://{meeting}", rank=rank, world_size=size, timeout=timedelta(seconds=180))

    @property
    def first(self):
        return self.rank == 0

    def due(self, step):
        """Whether the ranks meet before this step: they average, and agree on whether to go on."""
        return self.size == 1 or step % EVERY == 0

    @torch.no_grad()
    def average(self, tensors):
        """Replaces every tensor by its mean over the ranks."""
        if self.size > 1:
            flat = torch.cat([t.reshape(-1).float() for t in tensors])
            dist.all_reduce(flat)
            self._spread(flat / self.size, tensors)

    @torch.no_grad()
    def share(self, tensors):
        """Replaces every tensor by the first rank's."""
        if self.size > 1:
            flat = torch.cat([t.reshape(-1).float() for t in tensors])
            dist.broadcast(flat, 0)
            self._spread(flat, tensors)

    @staticmethod
    def _spread(flat, tensors):
        parts = flat.split([t.numel() for t in tensors])
        torch._foreach_copy_(tensors, [part.view(t.shape) for part, t in zip(parts, tensors)])

    def agree(self, number):
        """The first rank's number, waited for by all."""
        if self.size == 1:
            return number
        box = torch.tensor([number], dtype=torch.float64)
        dist.broadcast(box, 0)
        return box.item()

    def total(self, numbers):
        """Sums of numbers over the ranks."""
        if self.size == 1:
            return list(numbers)
        box = torch.tensor(list(numbers), dtype=torch.float64)
        dist.all_reduce(box)
        return box.tolist()

    def mean(self, numbers):
        return [n / self.size for n in self.total(numbers)]

    def close(self):
        if self.size > 1:
            dist.destroy_process_group()
