"""Scores of a trained model: does each attribute of the prompt appear in the video?"""
import math
import random

import torch
import torch.nn.functional as F

import captions
import config
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


GUIDANCE, SHIFT = 3.0, 8.0  # the bundle's defaults


class Exam:
    """Prompts that were never trained on, their scenes, the judge, and the table of what was right."""

    def __init__(self, run, vae, stats, prompts=512, judge_seconds=40.0, chunk=128):
        self.run, self.vae, self.stats, self.chunk = run, vae, stats, chunk
        self.judge = train_judge(run, judge_seconds, batch=128 if run.gpu else 4)
        rng = random.Random(777)
        self.scenes = [world.sample_scene(rng) for _ in range(prompts)]
        self.held = [world.sample_scene(rng, True) for _ in range(max(1, prompts // 2))]
        self.table = {}

    def rendered(self, scenes):
        packed, parts = world.pack(scenes), []
        for i in range(0, len(scenes), 64):
            p = world.to_dev({k: v[i : i + 64] for k, v in packed.items()}, self.run.device)
            parts.append((render(p, ALL_TIMES)[0] * 255).round().byte().cpu())
        return torch.cat(parts)

    def encoded(self, videos):
        """Normalised latents of uint8 videos."""
        mean, std = normalisers(self.stats, self.run.device)
        to_latent = lambda v: self.vae.encode(v.to(self.run.device).float() / 127.5 - 1, self.run.dtype).chunk(2, -1)[0]
        return (torch.cat([to_latent(v) for v in videos.split(16)]) - mean) / std

    def mark(self, name, videos, scenes):
        self.table[name] = score(self.run, self.judge, videos, world.pack(scenes))
        self.run.log("accuracy,", name, self.table[name])
        self.run.metrics["accuracy"] = self.table
        self.run.save_metrics()

    def generate(self, name, models, texts, language=captions.english, scenes=None, size=None, **settings):
        """Marks the videos of one way to generate; `size` (frames, height, width) where it is not the main format."""
        scenes = scenes or self.scenes
        prompts = [language.full_caption(s) for s in scenes]
        grid = size and config.latent_grid(*size)
        settings = {"guidance": GUIDANCE, "shift": SHIFT, **settings}
        latents = sample(self.run, models, texts, prompts, chunk=self.chunk, grid=grid, **settings)
        videos = decode(self.run, self.vae, self.stats, latents, chunk=max(1, int(16 * math.prod(config.LATENT_GRID) / math.prod(latents.shape[1:4]))))
        self.mark(name, as_main_format(videos), scenes)


def as_main_format(videos):
    """The judge's size and first 33 frames, of videos [N, F >= 33, 3, H, W]."""
    videos = videos[:, : config.FRAMES]
    if videos.shape[-2:] == (config.HEIGHT, config.WIDTH):
        return videos
    n = videos.shape[:2]
    resized = F.interpolate(videos.flatten(0, 1).float(), (config.HEIGHT, config.WIDTH), mode="area")
    return resized.round().byte().unflatten(0, n)


@torch.no_grad()
def evaluate(run, vae, stats, models, texts, prompts=512, judge_seconds=40.0, chunk=128):
    """Fills run.metrics["accuracy"], draws sheets, and returns the exam for what is trained later."""
    exam = Exam(run, vae, stats, prompts, judge_seconds, chunk)
    real = exam.rendered(exam.scenes)
    latents = exam.encoded(real)
    exam.mark("rendered", real, exam.scenes)
    exam.mark("through the VAE", decode(run, vae, stats, latents), exam.scenes)
    exam.generate("20 steps", models, texts)
    exam.generate("10 steps", models, texts, steps=10)
    exam.generate("20 steps, Chinese", models, texts, language=captions.chinese)
    exam.generate("20 steps, held-out combinations", models, texts, scenes=exam.held, seed=1)
    exam.generate("20 steps, guidance 5", models, texts, guidance=5.0)
    exam.generate("20 steps, first frame given", models, texts, first=latents[:, :1])
    for frames, height, width, _ in config.OTHER_FORMATS:
        if frames >= config.FRAMES:
            exam.generate(f"20 steps, {width}x{height}x{frames}", models, texts, scenes=exam.scenes[: prompts // 4], size=(frames, height, width))
    shown = decode(run, vae, stats, sample(run, models, texts, SHOWN, seed=5, guidance=GUIDANCE, shift=SHIFT))
    save_sheet(shown, SHOWN, run.path("shown.png"))
    names = [captions.english.full_caption(s) for s in exam.scenes[:4]]
    save_sheet(torch.cat([real[:4], decode(run, vae, stats, latents[:4])]), names * 2, run.path("vae.png"))
    return exam


@torch.no_grad()
def evaluate_few_steps(exam, models, texts, settings):
    """With the adapter in place: its row of the table and its sheet."""
    exam.generate(f"{settings['steps']} steps, few-step adapter, guidance 1", models, texts, **settings)
    shown = decode(exam.run, exam.vae, exam.stats, sample(exam.run, models, texts, SHOWN, seed=5, **settings))
    save_sheet(shown, SHOWN, exam.run.path("shown_few_steps.png"))
