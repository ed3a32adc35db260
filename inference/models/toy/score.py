"""Adds a row to the scores of a finished run, judged by the classifier that the run kept.

    python score.py --state DIR --name "4 steps" --steps 4
    python score.py --state DIR --name "before" --weights diffusers       other weights before the same classifier"""
import argparse
import json
import os

import torch

import config
from captions import negatives
from evaluation.classifier import Judge
from evaluation.evaluate import DEFAULTS, Exam
from text import Texts
from training import weights
from training.denoiser_training import TextModels
from training.run import Run
from training.vae_training import new_vae

NEGATIVES = {None: "", "english": negatives.ENGLISH, "chinese": negatives.CHINESE}


def arguments(words=None):
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--state", required=True, help="folder of the run; its metrics.json gets the row")
    p.add_argument("--weights", help="folder of a run or a diffusers folder; the state's own if left out")
    p.add_argument("--name", required=True, help="of the row")
    p.add_argument("--steps", type=int, default=20)
    p.add_argument("--guidance", type=float, default=DEFAULTS["guidance"])
    p.add_argument("--guidance-end", type=float, default=1.0, help="share of the steps that are guided")
    p.add_argument("--guidance-rescale", type=float, default=DEFAULTS["guidance_rescale"],
                   help="0 to 1: share by which guidance keeps the deviation of the conditional prediction")
    p.add_argument("--negative", choices=("english", "chinese"), help="the long negative prompt of that language")
    p.add_argument("--size", help="frames x height x width, such as 33x256x384")
    p.add_argument("--prompts", type=int, default=512)
    p.add_argument("--device", default="cpu")
    p.add_argument("--smoke", action="store_true")
    return p.parse_args(words)


def main(words=None):
    a = arguments(words)
    if a.smoke:
        config.shrink()
    run, folder = Run(a.state, a.device), a.weights or a.state
    if os.path.exists(run.path("metrics.json")):
        with open(run.path("metrics.json")) as f:
            run.metrics = json.load(f)
    vae, models, judge = new_vae().to(run.device), TextModels(run.device), Judge().to(run.device).eval()
    for module, component, source in ((vae, "vae", folder), (models.denoiser, "denoiser", folder),
                                      (models.encoder, "text_encoder", folder), (judge, "judge", a.state)):
        weights.load(module, source, component)
    exam = Exam(run, vae.eval(), weights.load_stats(folder), models, Texts(), judge, a.prompts, chunk=128 if run.gpu else 8)
    with torch.no_grad():
        exam.generate(a.name, size=tuple(map(int, a.size.split("x"))) if a.size else None, steps=a.steps, guidance=a.guidance,
                      guidance_end=a.guidance_end, guidance_rescale=a.guidance_rescale, negative=NEGATIVES[a.negative])


if __name__ == "__main__":
    main()
