"""The same generation in diffusers on PyTorch, from given noise: its frames, and one JSON line with its seconds, warm, text to frames.

    python test/bench/diffusers_pipeline.py FOLDER --prompt "..." --noise FILE --frames-out FILE [--runs 3]

The noise is float32 [channels, frames, height / 16, width / 16], the frames are RGB24.

Needs torch, diffusers, transformers, ftfy, sentencepiece. Started by compare-diffusers.ts, which measures ReelQL beside it.
"""

import argparse
import json
import time

import numpy as np
import torch
from diffusers import WanPipeline

parser = argparse.ArgumentParser()
parser.add_argument("folder")
parser.add_argument("--prompt", required=True)
parser.add_argument("--width", type=int, default=256)
parser.add_argument("--height", type=int, default=160)
parser.add_argument("--frames", type=int, default=33)
parser.add_argument("--steps", type=int, default=20)
parser.add_argument("--guidance", type=float, default=3.0)
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--runs", type=int, default=3)
parser.add_argument("--noise", required=True)
parser.add_argument("--frames-out", required=True)
args = parser.parse_args()

torch.set_num_threads(args.threads)
pipeline = WanPipeline.from_pretrained(args.folder, torch_dtype=torch.float32)
pipeline.set_progress_bar_config(disable=True)
latent_frames = (args.frames - 1) // 4 + 1
shape = (1, pipeline.vae.config.z_dim, latent_frames, args.height // 16, args.width // 16)
noise = torch.from_numpy(np.fromfile(args.noise, np.float32).reshape(shape))


def generate(steps: int) -> tuple[float, np.ndarray]:
    start = time.perf_counter()
    with torch.inference_mode():
        frames = pipeline(
            prompt=args.prompt,
            negative_prompt="",
            width=args.width,
            height=args.height,
            num_frames=args.frames,
            num_inference_steps=steps,
            guidance_scale=args.guidance,
            latents=noise.clone(),
            output_type="np",
        ).frames[0]
    return time.perf_counter() - start, frames


generate(1)
runs = [generate(args.steps) for _ in range(args.runs)]
(runs[-1][1] * 255).round().astype(np.uint8).tofile(args.frames_out)
seconds = sorted(run[0] for run in runs)
print(json.dumps({"torch": torch.__version__, "seconds": seconds, "median": seconds[len(seconds) // 2]}))
