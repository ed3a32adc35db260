"""Scenes, captions and token ids for the latent bank; runs as a child process while the VAE trains.

python -m training.caption_bank OUT.npz --clips N --captions K --workers W --seed S"""
import argparse
import os
import random
import sys
from multiprocessing import Pool

import numpy as np

import captions
import config
import world
from text import Texts

CHUNK = 256


def make_chunk(job):
    seed, count = job
    rng, texts = random.Random(seed), Texts()
    scenes = [world.sample_scene(rng, training=True) for _ in range(CHUNK)]
    ids = np.zeros((CHUNK, count, config.MAX_TOKENS), np.int16)
    lengths = np.zeros((CHUNK, count), np.int16)
    for i, scene in enumerate(scenes):
        for j in range(count):
            source = captions.strange if rng.random() < captions.strange.STRANGE_SHARE else captions
            e = texts.encode(source.caption(scene, rng))
            ids[i, j, : len(e)], lengths[i, j] = e, len(e)
    return world.pack(scenes), ids, lengths


def main():
    p = argparse.ArgumentParser()
    p.add_argument("out")
    p.add_argument("--clips", type=int, default=65536)
    p.add_argument("--captions", type=int, default=6)
    p.add_argument("--workers", type=int, default=1)
    p.add_argument("--seed", type=int, default=1000)
    a = p.parse_args()
    jobs = [(a.seed * 1_000_003 + i, a.captions) for i in range((a.clips + CHUNK - 1) // CHUNK)]
    if a.workers > 1:
        with Pool(a.workers) as pool:
            chunks = pool.map(make_chunk, jobs)
    else:
        chunks = [make_chunk(j) for j in jobs]
    arrays = {k: np.concatenate([c[0][k] for c in chunks]) for k in chunks[0][0]}
    arrays["ids"] = np.concatenate([c[1] for c in chunks])
    arrays["lengths"] = np.concatenate([c[2] for c in chunks])
    np.savez(a.out + ".part.npz", **arrays)
    os.replace(a.out + ".part.npz", a.out)


if __name__ == "__main__":
    sys.exit(main())
