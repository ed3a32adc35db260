"""Third phase: an adapter with which the denoiser arrives in four steps and without guidance.

The second round of rectified flow (Liu et al. 2022, "reflow"): the guided model takes noise to latents in 20 steps; the
student learns the straight line between the two ends of each pair, at the noise levels that its sampler will visit."""
import functools
import math
import time

import torch

from evaluation.sampler import UniPC, unipc_schedule
from networks.adapter import Adapter
from training.denoiser_training import channel_weights
from training.graphs import GraphedStep
from training.optimiser import Optimiser
from training.weights import save_adapter

SETTINGS = dict(steps=4, shift=8.0, guidance=1.0)  # of the student's sampler, UniPC
TEACHER = dict(steps=20, shift=8.0, guidance=3.0)
RANK = 16
NEAR = 0.25                        # share of noise levels drawn between two visited ones: a solver's order looks back


@torch.no_grad()
def make_pairs(run, models, bank, texts, seconds, batch):
    """(noise, latents, clip): what the guided model makes of noise, for captions of the bank; for `seconds`, at least once."""
    empty, length = texts.batch([""] * batch, run.device)
    rope, pairs, begin = models.rope(bank.grid), [], time.time()
    while not pairs or time.time() - begin < seconds:
        clip = torch.randint(0, len(bank.ids), (batch,), device=run.device)
        noise = torch.randn(batch, *bank.latents.shape[1:], device=run.device)
        with run.autocast():
            context = models.context(torch.cat([bank.ids[clip, 0].long(), empty]), torch.cat([bank.lengths[clip, 0].long(), length]))
        solver = UniPC(noise, TEACHER["steps"], TEACHER["shift"])
        for i, t in enumerate(solver.timesteps):
            with run.autocast():
                time_ = torch.full((2 * batch,), float(t), device=run.device)
                v = models.denoiser(torch.cat([solver.x, solver.x]), time_, *context, rope).float()
            conditional, unconditional = v.chunk(2)
            solver.step(i, unconditional + TEACHER["guidance"] * (conditional - unconditional))
        pairs.append((noise.to(run.dtype), solver.x.to(run.dtype), clip))
        run.sync()
    noise, latents, clip = (torch.cat(arrays) for arrays in zip(*pairs))
    run.log(f"pairs: {len(clip)} in {time.time() - begin:.1f} s")
    return noise, latents, clip


@functools.cache
def visited_levels(device):
    """Once, before the step is captured: a graph cannot hold a copy from the host."""
    return torch.tensor(unipc_schedule(SETTINGS["steps"], SETTINGS["shift"])[0][:-1], device=device)


def draw_levels(n, device):
    sigmas = visited_levels(device)
    visited = sigmas[torch.randint(0, len(sigmas), (n,), device=device)]
    between = sigmas[-1] + (1 - sigmas[-1]) * torch.rand(n, device=device)
    return torch.where(torch.rand(n, device=device) < NEAR, between, visited)


def reflow_loss(models, bank, pairs, channels, batch, run):
    noise, latents, clip = pairs
    at = torch.randint(0, len(clip), (batch,), device=run.device)
    ends, start = latents[at].float(), noise[at].float()
    s = draw_levels(batch, run.device)
    level = s[:, None, None, None, None]
    with run.autocast():
        context = models.context(bank.ids[clip[at], 0].long(), bank.lengths[clip[at], 0].long())
        out = models.denoiser((1 - level) * ends + level * start, s * 1000, *context, models.rope(bank.grid))
    return (channels * (out.float() - (start - ends)) ** 2).mean()


def train_few_steps(run, models, bank, texts, stats, pair_seconds, seconds, batch=128, lr=2e-3):
    """Returns the adapter, trained and in place, equal on all ranks; its weights are in the run's folder."""
    begin = time.time()
    pairs, channels = make_pairs(run, models, bank, texts, pair_seconds, batch), channel_weights(stats, run.device)
    for p in models.parameters():
        p.requires_grad_(False)
    adapter = Adapter(models.denoiser, RANK)
    parameters = adapter.parameters()
    run.team.share(parameters)
    opt = Optimiser(parameters, [], lr, lr, ema_decay=0.99)

    def one_step():
        opt.zero()
        loss = reflow_loss(models, bank, pairs, channels, batch, run)
        loss.backward()
        return torch.stack([loss.detach(), opt.step().detach()])

    opt.set_factor(0.01)
    step = GraphedStep(one_step, run.device)
    opt.restart_ema()
    end, steps, recent, saved = time.time() + seconds, 0, [], time.time()
    while True:
        if run.team.due(steps):
            left = run.meet(opt.tensors(), lambda: end - time.time())
        if left <= 0:
            break
        opt.set_factor(min(1, (steps + 1) / 50) * 0.5 * (1 + math.cos(math.pi * (1 - left / seconds))))
        recent.append(step().clone())
        steps += 1
        if len(recent) == (100 if run.gpu else 1):
            run.log(f"few steps: step {steps} loss {torch.stack(recent).mean(0)[0].item():.4f}")
            recent = []
        if run.team.first and time.time() - saved > 20:
            saved = time.time()
            opt.swap_ema()
            save_adapter(run, adapter)
            opt.swap_ema()
    run.sync()
    step.release()
    opt.swap_ema()
    save_adapter(run, adapter)
    count = run.team.total([len(pairs[2])])[0]
    run.metrics["few_steps"] = dict(pairs=int(count), steps=steps, batch=batch, ranks=run.team.size, rank=RANK, seconds=round(time.time() - begin, 1))
    return adapter
