"""UniPC (order 2, bh2, flow prediction) and guided sampling, as WanPipeline runs them, for whole batches of prompts."""
import math

import torch

import config


def unipc_schedule(steps, shift):
    """(sigmas [steps + 1] ending in 0, timesteps [steps]) of UniPCMultistepScheduler with flow sigmas."""
    u = [1 + (0.001 - 1) * i / steps for i in range(steps)]
    sigmas = [shift * x / (1 + (shift - 1) * x) for x in u]
    if abs(sigmas[0] - 1) < 1e-6:
        sigmas[0] -= 1e-6
    return [*sigmas, 0.0], [int(1000 * s) for s in sigmas]


class UniPC:
    """step(i, v) takes the velocity predicted at self.x and moves self.x to the next noise level."""

    def __init__(self, x, steps, shift):
        self.x, self.n = x, steps
        self.sigmas, self.timesteps = unipc_schedule(steps, shift)
        self.clean, self.anchor, self.order = [], None, 0

    def _lambda(self, i):
        s = self.sigmas[i]
        return math.inf if s == 0 else math.log1p(-s) - math.log(s)

    def step(self, i, velocity):
        sigma, lam = self.sigmas, self._lambda
        m = self.x - sigma[i] * velocity
        if i > 0:  # corrector
            h = lam(i) - lam(i - 1)
            e = math.expm1(-h)
            previous = self.clean[-1]
            change = 0.5 * (m - previous)
            if self.order == 2:
                r = (lam(i - 2) - lam(i - 1)) / h
                g1 = e / -h - 1
                b1, b2 = g1 / e, 2 * (g1 / -h - 0.5) / e
                rho1 = (b1 - b2) / (1 - r)
                change = rho1 * (self.clean[-2] - previous) / r + (b1 - rho1) * (m - previous)
            self.x = sigma[i] / sigma[i - 1] * self.anchor - (1 - sigma[i]) * e * (previous + change)
        self.anchor, self.clean = self.x, [*self.clean[-1:], m]
        self.order = min(2, self.n - i, i + 1)
        h = lam(i + 1) - lam(i)
        e = math.expm1(-h)
        alpha = 1 - sigma[i + 1]
        x = sigma[i + 1] / sigma[i] * self.anchor - alpha * e * m
        if self.order == 2:
            x = x - alpha * e * 0.5 * (self.clean[-2] - m) / ((lam(i - 1) - lam(i)) / h)
        self.x = x


def guided(conditional, unconditional, scale, rescale=0.0):
    """Guided velocities [N, ...]; by the share `rescale` brought back to the deviation of the conditional ones, each on its own.

    Source: Lin et al. 2024, "Common Diffusion Noise Schedules and Sample Steps are Flawed", section 3.4, as diffusers'
    rescale_noise_cfg and the server's guidanceRescale."""
    v = unconditional + scale * (conditional - unconditional)
    if not rescale:
        return v
    deviation = lambda x: x.std(tuple(range(1, x.ndim)), keepdim=True)
    return v * (rescale * deviation(conditional) / deviation(v) + 1 - rescale)


@torch.no_grad()
def sample(run, models, texts, prompts, steps=20, guidance=5.0, shift=8.0, seed=0, chunk=128, first=None, negative="", grid=None,
           guidance_end=1.0, guidance_rescale=0.0):
    """Normalised latents [N, t, h, w, z] of the prompts; `first` [N, 1, h, w, z] gives first frames (image-to-video).

    `grid` (t, h, w) is the main format's if left out. Guidance 1 does not look at the negative prompt; what is above
    guides only in the steps before ⌊guidance_end · steps⌋, as the server's guidanceInterval."""
    out, grid, guided_steps = [], grid or config.LATENT_GRID, math.floor(guidance_end * steps) if guidance > 1 else 0
    rope = models.rope(grid)
    for start in range(0, len(prompts), chunk):
        part = prompts[start : start + chunk]
        ids, lengths = texts.batch([*part, *[negative] * len(part)] if guided_steps else part, run.device)
        g = torch.Generator().manual_seed(seed + start)
        noise = torch.randn(len(part), *grid, config.VAE["z_dim"], generator=g).to(run.device)
        given = None if first is None else first[start : start + chunk]
        solver = UniPC(noise, steps, shift)
        with run.autocast():
            context = models.context(ids, lengths)
        for i, t in enumerate(solver.timesteps):
            x = solver.x if given is None else torch.cat([given, solver.x[:, 1:]], 1)
            both = i < guided_steps
            rows = torch.cat([x, x]) if both else x
            time = torch.full((len(rows),), float(t), device=run.device)
            with run.autocast():
                v = models.denoiser(rows, time, *(c[: len(rows)] for c in context), rope, None if given is None else 0 * time).float()
            if both:
                v = guided(*v.chunk(2), guidance, guidance_rescale)
            solver.step(i, v)
        out.append(solver.x if given is None else torch.cat([given, solver.x[:, 1:]], 1))
    return torch.cat(out)


@torch.no_grad()
def decode(run, vae, stats, latents, chunk=16):
    """Normalised latents -> uint8 video [N, F, 3, H, W] on the CPU."""
    mean, std = torch.tensor(stats["mean"], device=run.device), torch.tensor(stats["std"], device=run.device)
    videos = []
    for z in latents.split(chunk):
        video = vae.decode(z.to(run.device) * std + mean, run.dtype).clamp(-1, 1) / 2 + 0.5
        videos.append((video * 255).round().byte().cpu())
    return torch.cat(videos)
