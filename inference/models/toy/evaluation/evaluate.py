"""Scores of a trained model: does each attribute of the prompt appear in the video?"""
import random

import torch

import captions
import world
from evaluation.classifier import score, train_judge
from evaluation.sampler import decode, sample
from evaluation.sheets import save_sheet
from training.bank import normalisers
from training.clips import ALL_TIMES, render

SHOWN = [
    "A red sports car speeding through a desert highway at sunset",
    "A yellow bus driving slowly on a city street in the rain at night",
    "An orange cat jumping up and down in a meadow on a sunny day",
    "A large blue hot-air balloon rising over snowy mountains at sunrise",
    "A white sailboat sailing to the left on the ocean at sunset",
    "A pink fish swimming to the right in a coral reef",
    "A black rocket blasting off from the desert at night",
    "一只蓝色的小鸟在海面上空向左飞，日出时。",
]


@torch.no_grad()
def evaluate(run, vae, stats, models, texts, prompts=256, judge_seconds=40.0, chunk=128, shift=8.0):
    judge = train_judge(run, judge_seconds, batch=128 if run.gpu else 4)
    rng = random.Random(777)
    seen = [world.sample_scene(rng) for _ in range(prompts)]
    held = [world.sample_scene(rng, True) for _ in range(max(1, prompts // 2))]
    english, chinese = [captions.english.full_caption(s) for s in seen], [captions.chinese.full_caption(s) for s in seen]
    packed, packed_held = world.pack(seen), world.pack(held)

    def rendered(scenes):
        parts = []
        for i in range(0, len(scenes["f"]), 64):
            p = world.to_dev({k: v[i : i + 64] for k, v in scenes.items()}, run.device)
            parts.append((render(p, ALL_TIMES)[0] * 255).round().byte().cpu())
        return torch.cat(parts)

    mean, std = normalisers(stats, run.device)
    real = rendered(packed)
    latents = torch.cat([vae.encode(v.to(run.device).float() / 127.5 - 1, run.dtype).chunk(2, -1)[0] for v in real.split(16)])
    table = {"rendered": score(run, judge, real, packed),
             "through the VAE": score(run, judge, decode(run, vae, stats, (latents - mean) / std), packed)}

    def generated(name, texts_, scenes, **kw):
        z = sample(run, models, texts, texts_, chunk=chunk, **{"shift": shift, **kw})
        videos = decode(run, vae, stats, z)
        table[name] = score(run, judge, videos, scenes)
        run.log("accuracy,", name, table[name])
        return videos

    generated("20 steps", english, packed)
    generated("10 steps", english, packed, steps=10)
    generated("20 steps, Chinese", chinese, packed)
    generated("20 steps, held-out combinations", [captions.english.full_caption(s) for s in held], packed_held, seed=1)
    generated("20 steps, guidance 3", english, packed, guidance=3.0)
    generated("20 steps, flow shift 5", english, packed, shift=5.0)
    generated("20 steps, first frame given", english, packed, first=((latents - mean) / std)[:, :1])
    for name in ("rendered", "through the VAE"):
        run.log("accuracy,", name, table[name])
    run.metrics["accuracy"] = table
    shown = decode(run, vae, stats, sample(run, models, texts, SHOWN, seed=5, shift=shift))
    save_sheet(shown, SHOWN, run.path("shown.png"))
    save_sheet(torch.cat([real[:4], decode(run, vae, stats, ((latents - mean) / std)[:4])]), (english[:4]) * 2, run.path("vae.png"))
    run.save_metrics()
