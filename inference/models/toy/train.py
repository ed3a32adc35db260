"""Trains the toy text-to-video model: VAE, latent banks, denoiser with text encoder, scores, few-step adapter; each by wall clock.

    python train.py --state DIR                                   the full run on a GPU
    python train.py --state DIR --ranks 4                         the same on four GPUs of one host
    python train.py --state DIR --resume OLD --vae-seconds 0      train on from older weights
    python train.py --state DIR --device cpu --smoke              everything at a tiny size, for rehearsal

Weights are written at least every 60 s, so that a run which is stopped leaves what it had.  A file DIR/total_seconds
overrides --total-seconds while the run is under way.
"""
import argparse
import json
import os
import time

import torch
import torch.multiprocessing

import config
from evaluation.classifier import train_judge
from evaluation.evaluate import ROW_SECONDS, Exam
from text import Texts
from training import few_steps, weights
from training.bank import build_banks, start_captions
from training.denoiser_training import TextModels, train_denoiser
from training.run import Run
from training.team import Team
from training.vae_training import measure_vae, new_vae, train_vae


def arguments():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--state", required=True, help="folder for weights, metrics and sheets")
    p.add_argument("--resume", help="folder of an older run, or a diffusers folder, to start from")
    p.add_argument("--device", default="cuda")
    p.add_argument("--ranks", type=int, default=1, help="processes, each with a GPU of its own (or all on the CPU)")
    p.add_argument("--total-seconds", type=float, default=1000.0, help="the denoiser gets what the other phases leave")
    p.add_argument("--vae-seconds", type=float, default=400.0)
    p.add_argument("--vae-lr", type=float, default=2.5e-3)
    p.add_argument("--decoder-only", action="store_true", help="the VAE's encoder, and so the latents, stay as they are")
    p.add_argument("--bank-seconds", type=float, default=70.0)
    p.add_argument("--judge-seconds", type=float, default=35.0)
    p.add_argument("--pair-seconds", type=float, default=60.0, help="of the few-step adapter: pairs of noise and latents")
    p.add_argument("--few-steps-seconds", type=float, default=120.0, help="of its training; 0 leaves it out")
    p.add_argument("--clips", type=int, default=65536, help="largest number of clips in the banks of a rank")
    p.add_argument("--vae-batches", default="9:10,33:3", help="frames:clips of equal parts of the VAE's time")
    p.add_argument("--batch", type=int, default=256, help="clips a step of each rank")
    p.add_argument("--lr", type=float, default=3e-3)
    p.add_argument("--prompts", type=int, default=512, help="unseen prompts that are scored")
    p.add_argument("--seed", type=int, default=0)
    p.add_argument("--no-compile", action="store_true")
    p.add_argument("--smoke", action="store_true")
    a = p.parse_args()
    if a.smoke:
        a.clips, a.vae_batches, a.batch, a.prompts, a.judge_seconds = 16, "5:1,9:1", 2, 4, 3.0
        a.vae_seconds, a.bank_seconds, a.total_seconds = min(a.vae_seconds, 12.0), 20.0, 150.0
        a.pair_seconds, a.few_steps_seconds = 2.0, 5.0
    return a


def train(rank, a, meeting):
    if a.smoke:
        config.shrink()
    device = f"{a.device}:{rank}" if a.device == "cuda" else a.device
    if a.device == "cuda":
        torch.cuda.set_device(rank)
    else:
        torch.set_num_threads(max(1, torch.get_num_threads() // a.ranks))
    run = Run(a.state, device, a.seed, a.total_seconds, Team(rank, a.ranks, meeting, device))
    run.metrics["settings"] = vars(a)
    run.metrics["hardware"] = f"{a.ranks} x {torch.cuda.get_device_name() if run.gpu else 'cpu'}"
    run.log(run.metrics["hardware"], "torch", torch.__version__)
    captions = start_captions(run, a.clips, 6, 1000 + a.seed)

    vae, stats = prepare_vae(run, a)
    banks = build_banks(run, vae, stats, captions, a.bank_seconds)
    models, texts = TextModels(run.device), Texts()
    if a.resume:
        weights.load(models.denoiser, a.resume, "denoiser")
        weights.load(models.encoder, a.resume, "text_encoder")
    scoring = a.judge_seconds + 15 + ROW_SECONDS * a.prompts / 512 / a.ranks
    later = a.pair_seconds + a.few_steps_seconds + (scoring if run.gpu else 60.0)
    train_denoiser(run, models, banks, texts, stats, lambda: run.left() - later, a.batch, a.lr, not a.no_compile)
    run.save_metrics()
    run.log("denoiser", {k: v for k, v in run.metrics["denoiser_training"].items() if k != "history"})
    with torch.compiler.set_stance("force_eager"):
        finish(run, a, vae, stats, models, banks[0], texts)
    run.metrics["seconds"] = round(run.elapsed(), 1)
    run.save_metrics()
    run.log("done")
    run.team.close()
    if run.team.first:
        with open(run.path("done"), "w") as f:
            json.dump(dict(seconds=run.metrics["seconds"]), f)


def prepare_vae(run, a):
    """The trained VAE and the statistics of its latents, also on disk."""
    vae = new_vae().to(run.device)
    if a.resume:
        weights.load(vae, a.resume, "vae")
    if a.vae_seconds > 0:
        parts = a.vae_batches.split(",")
        train_vae(run, vae, a.vae_seconds, [((i + 1) / len(parts), *map(int, p.split(":"))) for i, p in enumerate(parts)], a.vae_lr, seed=1 + a.seed,
                  decoder_only=a.decoder_only)
    vae.eval().requires_grad_(False)
    stats, quality = measure_vae(run, vae, *((64, 16) if run.gpu else (2, 2)))
    if a.resume and (a.vae_seconds <= 0 or a.decoder_only):
        stats = weights.load_stats(a.resume)  # the denoiser knows these latents
    run.metrics["vae"] = quality
    run.log("vae", quality)
    weights.save_vae(run, vae, stats)
    run.save_metrics()
    return vae, stats


def finish(run, a, vae, stats, models, bank, texts):
    """Sheets, scores and the few-step adapter, the most important first; what there is no time for is left out."""
    judge = train_judge(run, a.judge_seconds, batch=128 if run.gpu else 4)
    weights.save_judge(run, judge)
    exam = Exam(run, vae, stats, models, texts, judge, a.prompts, chunk=128 if run.gpu else 2)
    exam.show("shown")
    exam.generate_main()
    first = exam.judge_rendered()
    if a.few_steps_seconds > 0 and exam.has_time(a.pair_seconds + a.few_steps_seconds):
        adapter = few_steps.train_few_steps(run, models, bank, texts, stats, a.pair_seconds, a.few_steps_seconds, max(1, a.batch // 2))
        exam.generate("4 steps, few-step adapter, guidance 1", **few_steps.SETTINGS)
        exam.show("shown_few_steps", **few_steps.SETTINGS)
        adapter.remove()
    exam.generate_more(first)


def main():
    a = arguments()
    if a.ranks == 1:
        train(0, a, None)
        return
    meeting = os.path.abspath(os.path.join(a.state, f"meeting-{os.getpid()}-{int(time.time())}"))
    os.makedirs(a.state, exist_ok=True)
    torch.multiprocessing.spawn(train, (a, meeting), nprocs=a.ranks)


if __name__ == "__main__":
    main()
