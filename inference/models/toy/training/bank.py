"""The latent banks: clips rendered and encoded once, resident on the device; one bank for each format of clip.

Encoding is deterministic (the posterior's mean) and normalised per channel, as the pipeline does it."""
import os
import subprocess
import sys
import time
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F

import config
import world
from text import HERE
from training.clips import render


class Bank(NamedTuple):
    """Clips of one format with their captions."""
    latents: torch.Tensor  # [N, t, h, w, z]
    subject: torch.Tensor  # [N, t, h, w], share of the cell
    ids: torch.Tensor      # [N, K, L], K captions a clip
    lengths: torch.Tensor  # [N, K]

    @property
    def grid(self):
        return tuple(self.latents.shape[1:4])


class Captioned:
    """Scenes with their captions, taken in order: no scene is in two banks."""

    def __init__(self, path):
        with np.load(path) as arrays:
            self.scenes = {k: torch.as_tensor(arrays[k]) for k in (*world.KEYS, "f")}
            self.ids, self.lengths = torch.as_tensor(arrays["ids"]), torch.as_tensor(arrays["lengths"])
        self.taken = 0

    @property
    def left(self):
        return self.ids.shape[0] - self.taken

    def take(self, n):
        part = slice(self.taken, self.taken + n)
        self.taken += n
        return {k: v[part] for k, v in self.scenes.items()}, self.ids[part], self.lengths[part]


def start_captions(run, clips, count, seed):
    """Starts the child process of this rank; its result is read by build_banks."""
    out = run.path(f"captions{run.team.rank}.npz")
    if os.path.exists(out):
        os.remove(out)
    command = [sys.executable, "-m", "training.caption_bank", out, "--clips", str(clips), "--captions", str(count),
               "--workers", "8" if run.gpu else "1", "--seed", str(64 * seed + run.team.rank)]
    return subprocess.Popen(command, cwd=HERE, env=dict(os.environ, CUDA_VISIBLE_DEVICES="")), out


def normalisers(stats, device):
    return torch.tensor(stats["mean"], device=device), torch.tensor(stats["std"], device=device)


def subject_share(mask):
    """[B, F, 1, H, W] -> [B, t, H/16, W/16]: the subject's share of every latent cell (first frame alone, then fours)."""
    b, f, _, h, w = mask.shape
    cells = F.avg_pool2d(mask.flatten(0, 1), 16).view(b, f, h // 16, w // 16)
    return torch.cat([cells[:, :1], cells[:, 1:].view(b, (f - 1) // 4, 4, h // 16, w // 16).mean(2)], 1)


def build_banks(run, vae, stats, child, seconds):
    """The main bank, then one for each of config.OTHER_FORMATS; each gets its share of the seconds."""
    process, path = child
    if process.wait() != 0:
        raise RuntimeError("the caption process failed")
    captioned = Captioned(path)
    others = config.OTHER_FORMATS
    main = (config.FRAMES, config.HEIGHT, config.WIDTH, 1 - sum(share for *_, share in others))
    run.metrics["banks"] = []
    return [build_bank(run, vae, stats, captioned, clip, share * seconds) for *clip, share in [main, *others]]


@torch.no_grad()
def build_bank(run, vae, stats, captioned, clip, seconds):
    """Renders and encodes clips of (frames, height, width) until `seconds` are over or the captioned scenes are used up."""
    begin, (frames, *size) = time.time(), clip
    mean, std = normalisers(stats, run.device)
    times = torch.arange(frames) / config.FPS
    pixels = frames * size[0] * size[1] / (config.FRAMES * config.HEIGHT * config.WIDTH)
    encoded_at_once = max(1, int(64 / pixels)) if run.gpu else 4
    parts, render_seconds = [], 0.0
    while captioned.left > 0 and (not parts or time.time() - begin < seconds):
        scenes, ids, lengths = captioned.take((4 if run.gpu else 1) * encoded_at_once)
        clock = time.time()
        video, mask = render(world.to_dev(scenes, run.device), times, size)
        run.sync()
        render_seconds += time.time() - clock
        z = torch.cat([vae.encode(v * 2 - 1, run.dtype).chunk(2, -1)[0] for v in video.split(encoded_at_once)])
        parts.append(Bank(((z - mean) / std).to(run.dtype), subject_share(mask).to(run.dtype), ids.to(run.device), lengths.to(run.device)))
    run.sync()
    bank = Bank(*(torch.cat(arrays) for arrays in zip(*parts)))
    facts = dict(format=clip, clips=len(bank.ids), seconds=round(time.time() - begin, 1), render_seconds=round(render_seconds, 1))
    run.metrics["banks"].append(facts)
    run.log("bank", facts, f"deviation {bank.latents.float().std().item():.3f}")
    return bank
