"""A whole guided video by diffusers' own pipeline on PyTorch, of the 5B's size with random weights: what `scheduler/main.js --only whole` is held against.

    python3 test/bench/gpu/torch_whole.py [--ways eager,compiled] [--size 832x480x29] [--steps 25] [--ffmpeg ffmpeg]

As there, the embeddings of the prompts are at hand, and the time is from the call to the MP4 on disk: x264 as ReelQL calls it. The VAE's weights lie
with the channels last, which is its faster form. One JSON line a way: the first video chooses kernels (and compiles), of the next ones the median.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import tempfile
import time

import torch
from diffusers import UniPCMultistepScheduler, WanPipeline
from torch_baseline import add_sizes, decoder, synchronise, transformer, with_random_weights


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--dtype", default="float16")
    parser.add_argument("--size", default="832x480x29")
    parser.add_argument("--steps", type=int, default=25)
    parser.add_argument("--ways", default="eager,compiled")
    parser.add_argument("--repetitions", type=int, default=3)
    add_sizes(parser)
    parser.add_argument("--ffmpeg", default="ffmpeg")
    return parser.parse_args()


def pipeline(options: argparse.Namespace) -> WanPipeline:
    dtype = getattr(torch, options.dtype)
    model = transformer(options, dtype)
    vae = with_random_weights(lambda: decoder(options), options.device, dtype)
    vae.decoder.conv_out.weight.data *= 0.02  # as make-5b.ts: x264 has ten times as much to do with random pixels as with pictures
    for module in vae.modules():
        if isinstance(module, torch.nn.Conv3d):
            module.weight.data = module.weight.data.to(memory_format=torch.channels_last_3d)
    scheduler = UniPCMultistepScheduler(prediction_type="flow_prediction", use_flow_sigmas=True, flow_shift=5.0)
    pipe = WanPipeline(
        tokenizer=None, text_encoder=None, vae=vae, scheduler=scheduler, transformer=model, expand_timesteps=True
    )
    pipe.set_progress_bar_config(disable=True)
    return pipe


def write_mp4(frames, path: pathlib.Path, ffmpeg: str) -> None:
    """frames: uint8 [frames, height, width, 3]"""
    count, height, width, _ = frames.shape
    raw = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}", "-r", "24", "-i", "-"]
    encoding = ["-c:v", "libx264", "-preset", "medium", "-crf", "17", "-rc-lookahead", "8", "-pix_fmt", "yuv420p", "-movflags", "+faststart"]
    subprocess.run([ffmpeg, "-v", "error", "-y", *raw, *encoding, str(path)], input=frames.tobytes(), check=True)


def main() -> None:
    options = arguments()
    width, height, frames = (int(number) for number in options.size.split("x"))
    pipe = pipeline(options)
    text = [torch.randn(1, 512, 4096, device=options.device, dtype=getattr(torch, options.dtype)) for _ in range(2)]
    path = pathlib.Path(tempfile.mkdtemp()) / "video.mp4"

    def make() -> tuple[float, float]:
        began = time.perf_counter()
        video = pipe(
            prompt_embeds=text[0],
            negative_prompt_embeds=text[1],
            width=width,
            height=height,
            num_frames=frames,
            num_inference_steps=options.steps,
            guidance_scale=5.0,
            generator=torch.Generator(options.device).manual_seed(7),
            output_type="pt",
        ).frames[0]
        pixels = (video * 255).round().clamp(0, 255).to(torch.uint8).permute(0, 2, 3, 1).contiguous().cpu().numpy()
        synchronise(options.device)
        decoded = time.perf_counter() - began
        write_mp4(pixels, path, options.ffmpeg)
        return time.perf_counter() - began, decoded

    for way in options.ways.split(","):
        if way == "compiled":
            pipe.transformer.compile_repeated_blocks(fullgraph=True)
        first, _ = make()
        runs = [make() for _ in range(options.repetitions)]
        seconds, decoded = (statistics.median(times) for times in zip(*runs))
        peak = torch.cuda.max_memory_allocated() / 1e9 if options.device.startswith("cuda") else 0
        line = {"way": way, "seconds": seconds, "to_frames": decoded, "first": first, "peak_gb": round(peak, 2)}
        print(json.dumps({"torch": torch.__version__, "what": f"{options.size}, {options.steps} guided steps", **line}), flush=True)


if __name__ == "__main__":
    main()
