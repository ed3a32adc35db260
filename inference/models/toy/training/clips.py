"""Random clips, rendered on the training device."""
import torch

import config
import world

ALL_TIMES = torch.arange(config.FRAMES) / config.FPS  # seconds


def sample_parameters(rng, n, device, held_share=0.0):
    """n packed scenes; `held_share` of them are combinations that training leaves out."""
    return world.to_dev(world.pack([world.sample_scene(rng, rng.random() < held_share) for _ in range(n)]), device)


@torch.no_grad()
def render(p, times, size=None):
    """Video [B, T, 3, H, W] in 0..1 and subject mask [B, T, 1, H, W]; `size` (H, W) is the configured one if left out."""
    return world.render(p, times, *(size or (config.HEIGHT, config.WIDTH)), want_mask=True)


@torch.no_grad()
def random_clips(rng, n, frames, device, dtype):
    """n clips of `frames` frames from a random start: video [n, frames, 3, H, W] in -1..1, subject mask [n, frames, 1, H, W]."""
    p = sample_parameters(rng, n, device)
    start = torch.rand(n, 1) * (config.FRAMES - frames) / config.FPS
    video, mask = render(p, start + torch.arange(frames) / config.FPS)
    return (video * 2 - 1).to(dtype), mask.to(dtype)
