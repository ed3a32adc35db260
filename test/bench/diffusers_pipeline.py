"""The same generation in diffusers on PyTorch: prints one JSON line with its seconds, warm, text to frames.

    python test/bench/diffusers_pipeline.py FOLDER --prompt "..." --steps 20 --threads 2 [--runs 3]

Needs torch, diffusers, transformers, ftfy, sentencepiece. Started by compare-diffusers.ts, which measures ReelQL beside it.
"""

import argparse
import json
import time

import torch
from diffusers import WanPipeline

parser = argparse.ArgumentParser()
parser.add_argument("folder")
parser.add_argument("--prompt", required=True)
parser.add_argument("--width", type=int, default=256)
parser.add_argument("--height", type=int, default=160)
parser.add_argument("--frames", type=int, default=33)
parser.add_argument("--steps", type=int, default=20)
parser.add_argument("--guidance", type=float, default=5.0)
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--runs", type=int, default=3)
args = parser.parse_args()

torch.set_num_threads(args.threads)
pipeline = WanPipeline.from_pretrained(args.folder, torch_dtype=torch.float32)
pipeline.set_progress_bar_config(disable=True)


def generate(steps: int) -> float:
    start = time.perf_counter()
    with torch.inference_mode():
        pipeline(
            prompt=args.prompt,
            negative_prompt="",
            width=args.width,
            height=args.height,
            num_frames=args.frames,
            num_inference_steps=steps,
            guidance_scale=args.guidance,
            generator=torch.Generator().manual_seed(7),
            output_type="np",
        )
    return time.perf_counter() - start


generate(1)
seconds = sorted(generate(args.steps) for _ in range(args.runs))
print(json.dumps({"torch": torch.__version__, "seconds": seconds, "median": seconds[len(seconds) // 2]}))
