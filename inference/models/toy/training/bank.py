"""The latent bank: clips rendered and encoded once, resident on the device.

Encoding is deterministic (the posterior's mean) and normalised per channel, as the pipeline does it."""
import os
import subprocess
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F

import config
import world
from text import HERE
from training.clips import ALL_TIMES, render


class Bank:
    """latents [N, 9, 10, 16, z], subject [N, 9, 10, 16] (share of the cell), ids [N, K, L], lengths [N, K]."""

    def __init__(self, latents, subject, ids, lengths):
        self.latents, self.subject, self.ids, self.lengths = latents, subject, ids, lengths


def start_captions(run, clips, count, seed):
    """Starts the child process; its result is read by build_bank."""
    out = run.path("captions.npz")
    if os.path.exists(out):
        os.remove(out)
    command = [sys.executable, "-m", "training.caption_bank", out, "--clips", str(clips), "--captions", str(count),
               "--workers", "8" if run.gpu else "1", "--seed", str(seed)]
    return subprocess.Popen(command, cwd=HERE, env=dict(os.environ, CUDA_VISIBLE_DEVICES="")), out


def normalisers(stats, device):
    return torch.tensor(stats["mean"], device=device), torch.tensor(stats["std"], device=device)


def subject_share(mask):
    """[B, 33, 1, H, W] -> [B, 9, H/16, W/16]: the subject's share of every latent cell (first frame alone, then fours)."""
    b, f, _, h, w = mask.shape
    cells = F.avg_pool2d(mask.flatten(0, 1), 16).view(b, f, h // 16, w // 16)
    return torch.cat([cells[:, :1], cells[:, 1:].view(b, (f - 1) // 4, 4, h // 16, w // 16).mean(2)], 1)


@torch.no_grad()
def build_bank(run, vae, stats, child, seconds):
    """Renders and encodes clips until `seconds` are over or the captioned scenes are used up."""
    process, path = child
    if process.wait() != 0:
        raise RuntimeError("the caption process failed")
    begin = time.time()
    with np.load(path) as arrays:
        scenes = {k: torch.as_tensor(arrays[k]) for k in (*world.KEYS, "f")}
        ids, lengths = torch.as_tensor(arrays["ids"]), torch.as_tensor(arrays["lengths"])
    n = ids.shape[0]
    mean, std = normalisers(stats, run.device)
    latents = torch.empty(n, *config.LATENT_GRID, config.VAE["z_dim"], device=run.device, dtype=run.dtype)
    subject = torch.empty(n, *config.LATENT_GRID, device=run.device, dtype=run.dtype)
    rendered_at_once, encoded_at_once = (512, 64) if run.gpu else (4, 4)
    done, render_seconds = 0, 0.0
    while done < n and time.time() - begin < seconds:
        part = slice(done, min(n, done + rendered_at_once))
        clock = time.time()
        video, mask = render(world.to_dev({k: v[part] for k, v in scenes.items()}, run.device), ALL_TIMES)
        run.sync()
        render_seconds += time.time() - clock
        for i in range(0, video.shape[0], encoded_at_once):
            z = vae.encode(video[i : i + encoded_at_once] * 2 - 1, run.dtype).chunk(2, -1)[0]
            at = slice(done + i, done + i + z.shape[0])
            latents[at] = ((z - mean) / std).to(run.dtype)
            subject[at] = subject_share(mask[i : i + encoded_at_once]).to(run.dtype)
        done += video.shape[0]
    run.sync()
    del video, mask
    run.metrics["bank"] = dict(clips=done, seconds=round(time.time() - begin, 1), render_seconds=round(render_seconds, 1))
    run.log("bank", run.metrics["bank"], f"deviation {latents[:done].float().std().item():.3f}")
    return Bank(latents[:done], subject[:done], ids[:done].to(run.device), lengths[:done].to(run.device))
