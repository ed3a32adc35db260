"""Scores of a trained model: does each attribute of the prompt appear in the video?"""
import math
import random

import torch
import torch.nn.functional as F

import captions
import config
import world
from evaluation.classifier import score
from evaluation.sampler import decode, sample
from evaluation.shown import SHOWN
from evaluation.sheets import save_sheet
from training.bank import normalisers
from training.clips import ALL_TIMES, render

DEFAULTS = dict(guidance=3.0, guidance_rescale=0.7, shift=8.0)  # the bundle's
ROW_SECONDS = 150.0         # about what the table takes with 512 prompts on one GPU, sheets included


class Exam:
    """Prompts that were never trained on, their scenes, the judge, and the table of what was right.

    Each rank answers for its share of the prompts."""

    def __init__(self, run, vae, stats, models, texts, judge, prompts=512, chunk=128):
        self.run, self.vae, self.stats, self.models, self.texts, self.judge, self.chunk = run, vae, stats, models, texts, judge, chunk
        rng, mine = random.Random(777), slice(run.team.rank, None, run.team.size)
        self.scenes = [world.sample_scene(rng) for _ in range(prompts)][mine]
        self.held = [world.sample_scene(rng, True) for _ in range(max(run.team.size, prompts // 2))][mine]
        self.table = run.metrics.setdefault("accuracy", {})

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

    def decoded(self, latents):
        at_once = 16 * math.prod(config.LATENT_GRID) / math.prod(latents.shape[1:4])
        return decode(self.run, self.vae, self.stats, latents, chunk=max(1, int(at_once)))

    def mark(self, name, videos, scenes):
        self.table[name] = score(self.run, self.judge, videos, world.pack(scenes))
        self.run.log("accuracy,", name, self.table[name])
        self.run.save_metrics()

    def has_time(self, seconds=5.0):
        return self.run.team.agree(self.run.left()) > seconds

    def generate(self, name, language=captions.english, scenes=None, size=None, **settings):
        """Marks the videos of one way to generate; `size` (frames, height, width) where it is not the main format."""
        if not self.has_time():
            self.run.log("no time for", name)
            return
        scenes = scenes or self.scenes
        prompts = [language.full_caption(s) for s in scenes]
        settings = {**DEFAULTS, "seed": 1000 * self.run.team.rank, **settings}
        latents = sample(self.run, self.models, self.texts, prompts, chunk=self.chunk, grid=size and config.latent_grid(*size), **settings)
        self.mark(name, as_main_format(self.decoded(latents)), scenes)

    @torch.no_grad()
    def generate_main(self):
        """The rows that matter most."""
        self.generate("20 steps")
        self.generate("20 steps, held-out combinations", scenes=self.held, seed=1 + 1000 * self.run.team.rank)
        self.generate("10 steps", steps=10)
        self.generate("4 steps", steps=4)
        self.generate("20 steps, Chinese", language=captions.chinese)

    @torch.no_grad()
    def judge_rendered(self):
        """The judge's own limits; returns the first latent frames of the rendered clips."""
        real = self.rendered(self.scenes)
        latents = self.encoded(real)
        self.mark("rendered", real, self.scenes)
        self.mark("rendered, held-out combinations", self.rendered(self.held), self.held)
        self.mark("through the VAE", self.decoded(latents), self.scenes)
        names = [captions.english.full_caption(s) for s in self.scenes[:4]]
        self.sheet("vae", torch.cat([real[:4], self.decoded(latents[:4])]), names * 2)
        return latents[:, :1]

    @torch.no_grad()
    def generate_more(self, first):
        """Other settings, as far as the time goes; `first` as judge_rendered returns it."""
        self.generate("20 steps, first frame given", first=first)
        for frames, height, width, _ in config.OTHER_FORMATS:
            if frames >= config.FRAMES:
                few = self.scenes[: max(1, len(self.scenes) // 2)]
                self.generate(f"20 steps, {width}x{height}x{frames}", scenes=few, size=(frames, height, width))
        self.generate("20 steps, guidance 5", guidance=5.0)
        self.generate("20 steps, guidance 9", guidance=9.0)
        self.generate("20 steps, guidance 9 in the first half", guidance=9.0, guidance_end=0.5)
        for guidance in (3.0, 5.0, 9.0):
            self.generate(f"20 steps, guidance {guidance:g}, not rescaled", guidance=guidance, guidance_rescale=0.0)
        self.generate("20 steps, guidance 9, rescaled by 1", guidance=9.0, guidance_rescale=1.0)
        self.generate("20 steps, guidance 1", guidance=1.0)
        self.generate("20 steps, long English negative prompt", negative=captions.negatives.ENGLISH)
        self.generate("20 steps, long Chinese negative prompt", negative=captions.negatives.CHINESE)

    @torch.no_grad()
    def show(self, name, **settings):
        """A sheet of the shown prompts, by the first rank."""
        if self.run.team.first:
            settings = {**DEFAULTS, **settings}
            prompts = SHOWN if self.run.gpu else SHOWN[:2]
            self.sheet(name, self.decoded(sample(self.run, self.models, self.texts, prompts, seed=5, **settings)), prompts)

    def sheet(self, name, videos, names):
        if self.run.team.first:
            save_sheet(videos, names, self.run.path(name + ".jpg"))


def as_main_format(videos):
    """The judge's size and first 33 frames, of videos [N, F >= 33, 3, H, W]."""
    videos = videos[:, : config.FRAMES]
    if videos.shape[-2:] == (config.HEIGHT, config.WIDTH):
        return videos
    n = videos.shape[:2]
    resized = F.interpolate(videos.flatten(0, 1).float(), (config.HEIGHT, config.WIDTH), mode="area")
    return resized.round().byte().unflatten(0, n)
