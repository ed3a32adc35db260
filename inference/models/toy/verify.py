"""Loads the exported folder with diffusers' WanPipeline, times it and draws a sheet of videos.  Needs diffusers.

    python verify.py --model diffusers --sheet sheet.png [--image-to-video] [--prompt TEXT ...]"""
import argparse
import os
import time

os.environ.setdefault("HF_HUB_OFFLINE", "1")
import torch
from diffusers import WanImageToVideoPipeline, WanPipeline
from PIL import Image

import config
from evaluation.shown import SHOWN
from evaluation.sheets import save_sheet
from text import HERE

SIZE = dict(height=config.HEIGHT, width=config.WIDTH, num_frames=config.FRAMES)


def generate(pipe, prompt, steps, guidance, seed, **kw):
    """uint8 [F, 3, H, W] and the seconds it took."""
    begin = time.time()
    frames = pipe(prompt=prompt, num_inference_steps=steps, guidance_scale=guidance, output_type="pt",
                  generator=torch.Generator().manual_seed(seed), **SIZE, **kw).frames[0]
    return (frames * 255).round().byte(), time.time() - begin


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--model", default=os.path.join(HERE, "diffusers"))
    p.add_argument("--sheet", default="sheet.png")
    p.add_argument("--steps", type=int, default=20)
    p.add_argument("--guidance", type=float, default=3.0)
    p.add_argument("--seed", type=int, default=5)
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--prompt", nargs="*", default=SHOWN)
    p.add_argument("--image-to-video", action="store_true", help="then generate each again from its own first frame")
    a = p.parse_args()
    torch.set_num_threads(a.threads)
    pipe = WanPipeline.from_pretrained(a.model, dtype=torch.float32)
    pipe.set_progress_bar_config(disable=True)
    videos = []
    for prompt in a.prompt:
        video, seconds = generate(pipe, prompt, a.steps, a.guidance, a.seed)
        print(f"{seconds:5.1f} s  {prompt}")
        videos.append(video)
    if a.image_to_video:
        animate = WanImageToVideoPipeline(tokenizer=pipe.tokenizer, text_encoder=pipe.text_encoder, vae=pipe.vae,
                                          scheduler=pipe.scheduler, transformer=pipe.transformer, expand_timesteps=True)
        animate.set_progress_bar_config(disable=True)
        for i, prompt in enumerate(a.prompt):
            image = Image.fromarray(videos[i][0].permute(1, 2, 0).numpy())
            videos[i], seconds = generate(animate, prompt, a.steps, a.guidance, a.seed + 1, image=image)
            print(f"{seconds:5.1f} s  from a picture: {prompt}")
    save_sheet(torch.stack(videos), a.prompt, a.sheet)


if __name__ == "__main__":
    main()
