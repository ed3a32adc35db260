"""A judge of attributes: a small CNN trained on rendered clips, five frames in, one answer per attribute out."""
import math
import random
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

import world
from training.clips import ALL_TIMES, render, sample_parameters

ANSWERS = dict(subject=len(world.SUBJECTS), colour=len(world.COLOURS), setting=len(world.SETTINGS), tod=len(world.TODS),
               weather=len(world.WEATHERS), motion=len(world.MOTIONS), size=len(world.SIZES))
FRAMES = [0, 8, 16, 24, 32]
HELD_SHARE = 0.1  # of its training clips are combinations that the model never sees


class Residual(nn.Module):
    def __init__(self, i, o, stride):
        super().__init__()
        self.main = nn.Sequential(nn.Conv2d(i, o, 3, stride, 1, bias=False), nn.BatchNorm2d(o), nn.ReLU(),
                                  nn.Conv2d(o, o, 3, 1, 1, bias=False), nn.BatchNorm2d(o))
        self.short = nn.Conv2d(i, o, 1, stride) if i != o or stride > 1 else nn.Identity()

    def forward(self, x):
        return F.relu(self.main(x) + self.short(x))


class Judge(nn.Module):
    """Frames [B, 5, 3, H, W] in 0..1 -> {attribute: logits}."""

    def __init__(self):
        super().__init__()
        self.trunk = nn.Sequential(nn.Conv2d(3 * len(FRAMES) + 2, 48, 5, 2, 2), nn.ReLU(), Residual(48, 64, 1), Residual(64, 128, 2),
                                   Residual(128, 128, 1), Residual(128, 192, 2), Residual(192, 256, 2), Residual(256, 256, 1))
        self.heads = nn.ModuleDict({k: nn.Linear(512, n) for k, n in ANSWERS.items()})

    def forward(self, frames):
        return self.answer(self.prepare(frames))

    @staticmethod
    def prepare(frames):
        return F.avg_pool2d(frames.flatten(1, 2), 2) * 2 - 1

    def answer(self, x):
        b, _, h, w = x.shape
        y, x_ = torch.meshgrid(torch.linspace(-1, 1, h, device=x.device), torch.linspace(-1, 1, w, device=x.device), indexing="ij")
        f = self.trunk(torch.cat([x, y.expand(b, 1, h, w), x_.expand(b, 1, h, w)], 1))
        f = torch.cat([f.mean((2, 3)), f.amax((2, 3))], 1).float()
        return {k: head(f) for k, head in self.heads.items()}


@torch.enable_grad()
def train_judge(run, seconds, batch=128, lr=2e-3, seed=2):
    """Half of the clips are blurred and all get some noise, so that soft generated edges do not mislead it.

    A share of the clips are combinations that the model never sees: a judge that had never met a blue cat would
    call it something else.  The ranks average their judges."""
    rng = random.Random(seed + 1000 * run.team.rank)
    judge = Judge().to(run.device)
    weights = [*judge.parameters(), *(b for b in judge.buffers() if b.is_floating_point())]
    run.team.share(weights)
    opt = torch.optim.AdamW(judge.parameters(), lr=lr, weight_decay=0.02)
    end, steps, loss, left = time.time() + seconds, 0, None, seconds
    while left > 0:
        clips = 8 * batch if run.gpu else batch
        p = sample_parameters(rng, clips, run.device, held_share=HELD_SHARE)
        inputs = Judge.prepare(render(p, ALL_TIMES[FRAMES])[0])
        for start in range(0, clips, batch):
            x = inputs[start : start + batch]
            blurred = torch.rand(x.shape[0], 1, 1, 1, device=run.device) < 0.5
            x = torch.where(blurred, F.avg_pool2d(x, 3, 1, 1), x)
            x = x + 0.03 * torch.randn_like(x) * torch.rand(x.shape[0], 1, 1, 1, device=run.device)
            for group in opt.param_groups:
                group["lr"] = lr * min(1, (steps + 1) / 50) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * (1 - left / seconds))))
            with run.autocast():
                answers = judge.answer(x)
            loss = sum(F.cross_entropy(answers[k].float(), p[k][start : start + batch]) for k in ANSWERS)
            opt.zero_grad()
            loss.backward()
            opt.step()
            steps += 1
            if run.team.due(steps):
                left = max(0.0, run.meet(weights, lambda: end - time.time()))
    run.log(f"judge: {steps} steps on each rank, loss {loss.item():.3f}")
    return judge.eval()


@torch.no_grad()
def score(run, judge, videos, scenes):
    """Share of right answers per attribute that the caption states, over the videos of all ranks.

    videos: uint8 [N, F, 3, H, W] of this rank; scenes: packed."""
    answers = {k: [] for k in ANSWERS}
    for part in videos[:, FRAMES].split(64):
        for k, logits in judge(part.to(run.device).float() / 255).items():
            answers[k].append(logits.argmax(1).cpu())
    right = {k: torch.cat(v) == torch.as_tensor(scenes[k]) for k, v in answers.items()}
    stated = dict(tod=torch.as_tensor(scenes["setting"]) < 6, weather=torch.as_tensor(scenes["weather"]) > 0,
                  size=torch.as_tensor(scenes["size"]) != 1)
    right["subject+colour+setting+motion"] = right["subject"] & right["colour"] & right["setting"] & right["motion"]
    counted = {k: r[stated[k]] if k in stated else r for k, r in right.items()}
    hits = run.team.total([r.sum().item() for r in counted.values()])
    asked = run.team.total([len(r) for r in counted.values()])
    return {k: round(h / n, 3) if n else None for k, h, n in zip(counted, hits, asked)}
