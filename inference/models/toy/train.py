"""Trains the toy text-to-video model: VAE, latent banks, denoiser with text encoder, scores, few-step adapter; each by wall clock.

    python train.py --state DIR                                   the full run on a GPU
    python train.py --state DIR --resume OLD --vae-seconds 0      train on from older weights
    python train.py --state DIR --device cpu --smoke              everything at a tiny size, for rehearsal

A file DIR/total_seconds overrides --total-seconds while the run is under way.
"""
import argparse
import json
import os

import torch

import config
from evaluation.evaluate import evaluate, evaluate_few_steps
from text import Texts
from training import few_steps, weights
from training.bank import build_banks, start_captions
from training.denoiser_training import TextModels, train_denoiser
from training.run import Run
from training.vae_training import measure_vae, new_vae, train_vae

RESERVE = 85.0  # seconds that the scores take after the denoiser's training


def arguments():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--state", required=True, help="folder for weights, metrics and sheets")
    p.add_argument("--resume", help="folder of an older run, or a diffusers folder, to start from")
    p.add_argument("--device", default="cuda")
    p.add_argument("--total-seconds", type=float, default=1000.0, help="the denoiser gets what the other phases leave")
    p.add_argument("--vae-seconds", type=float, default=400.0)
    p.add_argument("--vae-lr", type=float, default=2.5e-3)
    p.add_argument("--bank-seconds", type=float, default=70.0)
    p.add_argument("--judge-seconds", type=float, default=35.0)
    p.add_argument("--pair-seconds", type=float, default=60.0, help="of the few-step adapter: pairs of noise and latents")
    p.add_argument("--few-steps-seconds", type=float, default=120.0, help="of its training; 0 leaves it out")
    p.add_argument("--clips", type=int, default=65536, help="largest size of the latent bank")
    p.add_argument("--vae-batches", default="9:10,33:3", help="frames:clips of the VAE's two halves")
    p.add_argument("--batch", type=int, default=256)
    p.add_argument("--lr", type=float, default=3e-3)
    p.add_argument("--prompts", type=int, default=512, help="unseen prompts that are scored")
    p.add_argument("--seed", type=int, default=0)
    p.add_argument("--no-compile", action="store_true")
    p.add_argument("--smoke", action="store_true")
    return p.parse_args()


def main():
    a = arguments()
    if a.smoke:
        config.shrink()
        a.clips, a.vae_batches, a.batch, a.prompts, a.judge_seconds = 16, "5:1,9:1", 2, 2, 3.0
        a.vae_seconds, a.bank_seconds, a.total_seconds = min(a.vae_seconds, 12.0), 30.0, 75.0
        a.pair_seconds, a.few_steps_seconds = 2.0, 5.0
    run = Run(a.state, a.device, a.seed)
    run.metrics["settings"] = vars(a)
    run.metrics["hardware"] = torch.cuda.get_device_name() if run.gpu else "cpu"
    run.log(run.metrics["hardware"], "torch", torch.__version__)
    child = start_captions(run, a.clips, 6, 1000 + a.seed)

    vae = new_vae().to(run.device)
    if a.resume:
        weights.load(vae, a.resume, "vae")
    if a.vae_seconds > 0:
        ends = [0.5, 1.0]
        phases = [(end, *map(int, part.split(":"))) for end, part in zip(ends, a.vae_batches.split(","))]
        train_vae(run, vae, a.vae_seconds, phases, a.vae_lr, seed=1 + a.seed)
    vae.eval().requires_grad_(False)
    stats, quality = measure_vae(run, vae, *((64, 16) if run.gpu else (2, 2)))
    if a.resume and a.vae_seconds <= 0:
        stats = weights.load_stats(a.resume)  # the denoiser knows these latents
    run.metrics["vae"] = quality
    run.log("vae", quality)
    weights.save_vae(run, vae, stats)
    run.save_metrics()

    banks = build_banks(run, vae, stats, child, a.bank_seconds)
    models, texts = TextModels(run.device), Texts()
    if a.resume:
        weights.load(models.denoiser, a.resume, "denoiser")
        weights.load(models.encoder, a.resume, "text_encoder")

    def seconds_left():
        total = a.total_seconds
        if os.path.exists(run.path("total_seconds")):
            with open(run.path("total_seconds")) as f:
                total = float(f.read().strip() or total)
        return total - run.elapsed() - a.pair_seconds - a.few_steps_seconds - (RESERVE if run.gpu else 0.0)

    train_denoiser(run, models, banks, texts, seconds_left, a.batch, a.lr, not a.no_compile)
    run.save_metrics()
    run.log("denoiser", {k: v for k, v in run.metrics["denoiser_training"].items() if k != "history"})
    with torch.compiler.set_stance("force_eager"):
        exam = evaluate(run, vae, stats, models, texts, a.prompts, a.judge_seconds, chunk=128 if run.gpu else 2)
        if a.few_steps_seconds > 0:
            few_steps.train_few_steps(run, models, banks[0], texts, a.pair_seconds, a.few_steps_seconds, a.batch)
            evaluate_few_steps(exam, models, texts, few_steps.SETTINGS)
    run.metrics["seconds"] = round(run.elapsed(), 1)
    run.save_metrics()
    with open(run.path("done"), "w") as f:
        json.dump(dict(seconds=run.metrics["seconds"]), f)
    run.log("done")


if __name__ == "__main__":
    main()
