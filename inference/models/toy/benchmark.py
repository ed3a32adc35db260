"""Seconds of the three networks on this machine's CPU: best of several, fp32.

    python benchmark.py [--threads 2]"""
import argparse
import time

import torch

import config
from networks.vae import VideoVAE
from training.denoiser_training import TextModels


def best(fn, n):
    seconds = []
    for _ in range(n):
        begin = time.time()
        fn()
        seconds.append(time.time() - begin)
    return min(seconds)


@torch.no_grad()
def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--threads", type=int, default=2)
    torch.set_num_threads(p.parse_args().threads)
    models, vae = TextModels("cpu"), VideoVAE(config.VAE)
    x = torch.randn(2, *config.LATENT_GRID, config.VAE["z_dim"])
    t, ids, lengths = torch.tensor([900.0, 900.0]), torch.randint(3, 1200, (2, 24)), torch.tensor([24, 1])
    context = models.context(ids, lengths)
    print(f"text of 2 rows        {best(lambda: models.context(ids, lengths), 10):.4f} s")
    print(f"denoiser of 2 rows    {best(lambda: models.denoiser(x, t, *context, models.rope(config.LATENT_GRID)), 15):.4f} s")
    print(f"decode of {config.FRAMES} frames   {best(lambda: vae.decode(x[:1]), 6):.3f} s")
    print(f"encode of 1 frame     {best(lambda: vae.encode(torch.rand(1, 1, 3, config.HEIGHT, config.WIDTH)), 6):.3f} s")


if __name__ == "__main__":
    main()
