"""First phase: the video VAE on freshly rendered clips, short clips first."""
import math
import random
import time

import torch
import torch.nn.functional as F

import config
from networks.vae import VideoVAE
from training.clips import ALL_TIMES, random_clips, render, sample_parameters
from training.graphs import GraphedStep
from training.optimiser import Optimiser
from training.weights import save_vae

KL_WEIGHT = 5e-4       # only keeps the posterior from becoming a point
SUBJECT_WEIGHT = 3.0   # the subject covers about 8 % of a frame and carries most of what a prompt says
SQUARED_WEIGHT = 8.0   # large errors sit on moving edges: squares move them first, absolute errors keep areas flat


def loss_and_statistics(vae, video, mask, dtype):
    mean, logvar = vae.encode(video, dtype).chunk(2, -1)
    logvar = logvar.clamp(-12, 6)
    latent = mean + torch.exp(0.5 * logvar) * torch.randn_like(mean)
    error = vae.decode(latent, dtype) - video.float()
    weight = 1 + SUBJECT_WEIGHT * mask.float()
    weight = weight / weight.mean()
    absolute, squared = (weight * error.abs()).mean(), (weight * error * error).mean()
    edges = (error[..., 1:] - error[..., :-1]).abs().mean() + (error[..., 1:, :] - error[..., :-1, :]).abs().mean()
    coarse = F.avg_pool2d(error.flatten(0, 2), 4).abs().mean()
    kl = 0.5 * (mean * mean + logvar.exp() - 1 - logvar).mean()
    loss = absolute + SQUARED_WEIGHT * squared + 0.5 * edges + 0.5 * coarse + KL_WEIGHT * kl
    return loss, torch.stack([loss.detach(), (error.detach() ** 2).mean(), kl.detach()])


def muon_matrices(vae):
    """Convolution kernels of the hidden layers that train; input, output and latent layers go to AdamW."""
    outer = ("conv_out", "quant_conv", "encoder.conv_in")
    return [p for name, p in vae.named_parameters()
            if p.requires_grad and p.ndim >= 4 and min(p.shape[0], p[0].numel()) >= 16 and not any(o in name for o in outer)]


def train_vae(run, vae, seconds, phases, lr=2.5e-3, seed=1, decoder_only=False):
    """phases: [(end as a fraction of the time, frames, clips a step)].  Leaves the EMA weights in `vae`, equal on all ranks."""
    rng = random.Random(seed + 1000 * run.team.rank)
    run.team.share(list(vae.parameters()))
    if decoder_only:
        vae.encoder.requires_grad_(False)
        vae.quant_conv.requires_grad_(False)
    opt = Optimiser([p for p in vae.parameters() if p.requires_grad], muon_matrices(vae), lr, min(2e-3, lr), betas=(0.9, 0.98), ema_decay=0.998)
    history, steps, pixels, begin, logged, saved = [], 0, 0, time.time(), time.time(), time.time()
    seconds_left = lambda: begin + seconds - time.time()
    progress = 0.0
    for end, frames, batch in phases:
        x = torch.zeros(batch, frames, 3, config.HEIGHT, config.WIDTH, device=run.device, dtype=run.dtype)
        m = torch.zeros(batch, frames, 1, config.HEIGHT, config.WIDTH, device=run.device, dtype=run.dtype)

        def one_step():
            opt.zero()
            loss, statistics = loss_and_statistics(vae, x, m, run.dtype)
            loss.backward()
            return torch.cat([statistics, opt.step().detach()[None]])

        stock = max(1, (4000 if run.gpu else 8) // frames // batch) * batch  # clips rendered at a time
        video, mask = random_clips(rng, stock, frames, run.device, run.dtype)
        x.copy_(video[:batch])
        m.copy_(mask[:batch])
        opt.set_factor(0.01)
        step, position, recent = GraphedStep(one_step, run.device), 0, []
        run.sync()
        run.log(f"vae: {frames} frames x {batch}, ready after {time.time() - begin:.1f} s")
        while True:
            if run.team.due(steps):
                progress = 1 - run.meet(opt.tensors(), seconds_left) / seconds
            if progress >= end:
                break
            if position + batch > stock:
                video, mask = random_clips(rng, stock, frames, run.device, run.dtype)
                position = 0
            x.copy_(video[position : position + batch])
            m.copy_(mask[position : position + batch])
            position += batch
            opt.set_factor(min(1, (steps + 1) / 60) * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(1, progress)))))
            recent.append(step().clone())
            steps, pixels = steps + 1, pixels + x.numel() // 3
            if len(recent) == (50 if run.gpu else 1):
                loss, mse, kl, norm = torch.stack(recent).mean(0).tolist()
                recent = []
                history.append([round(time.time() - begin, 1), steps, round(loss, 5), round(10 * math.log10(4 / mse), 2)])
                if time.time() - logged > 10:
                    logged = time.time()
                    run.log(f"vae step {steps} loss {loss:.4f} psnr {10 * math.log10(4 / mse):.2f} kl {kl:.2f} norm {norm:.2f} "
                            f"{run.team.size * pixels / (logged - begin) / 1e6:.1f} Mpixel/s")
                if not math.isfinite(loss):
                    raise FloatingPointError("the VAE's loss is not finite")
            if time.time() - saved > 60:
                saved = time.time()
                opt.swap_ema()
                save_vae(run, vae)
                opt.swap_ema()
        run.sync()
        step.release()
        del step
    opt.swap_ema()
    taken = time.time() - begin
    run.metrics["vae_training"] = dict(steps=steps, ranks=run.team.size, seconds=round(taken, 1),
                                       megapixels_per_second=round(run.team.size * pixels / taken / 1e6, 2), history=history)


@torch.no_grad()
def measure_vae(run, vae, clips=64, batch=16, seed=99):
    """PSNR on unseen clips, over the frame and inside the subject; the latent's mean and deviation per channel.

    Each rank measures `clips` of its own; what is returned is the mean over the ranks."""
    rng = random.Random(seed + run.team.rank)
    frame_db, subject_db, means = [], [], []
    for _ in range(max(1, clips // batch)):
        p = sample_parameters(rng, min(batch, clips), run.device)
        video, mask = render(p, ALL_TIMES)
        mean = vae.encode(video * 2 - 1, run.dtype).chunk(2, -1)[0]
        error = ((vae.decode(mean, run.dtype).clamp(-1, 1) / 2 + 0.5) - video) ** 2
        frame_db += (-10 * torch.log10(error.mean((1, 2, 3, 4)))).tolist()
        inside = (error * mask).sum((1, 2, 3, 4)) / (3 * mask.sum((1, 2, 3, 4))).clamp(min=1)
        subject_db += (-10 * torch.log10(inside.clamp(min=1e-8))).tolist()
        means.append(mean)
    latents = torch.cat(means)
    stats = dict(mean=run.team.mean(latents.mean((0, 1, 2, 3)).tolist()),
                 std=run.team.mean(latents.std((0, 1, 2, 3)).clamp(min=0.05).tolist()))
    ordered, n = sorted(frame_db), len(frame_db)
    db = run.team.mean([sum(frame_db) / n, ordered[n // 10], sum(subject_db) / n])
    result = dict(psnr=round(db[0], 2), psnr_worst_tenth=round(db[1], 2), psnr_subject=round(db[2], 2), clips=run.team.size * n,
                  latent_std=[round(s, 3) for s in stats["std"]])
    return stats, result


def new_vae():
    return VideoVAE(config.VAE).initialise()
