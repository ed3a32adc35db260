"""diffusers' own transformer and VAE decoder of the 5B's size, random weights, with PyTorch: what ReelQL is held against.

    python3 test/bench/gpu/torch_baseline.py [--ways eager,compiled] [--dtypes float16,bfloat16] [--rows 2] [--vae]

One JSON line a measurement: median seconds of a run of the network, the peak of the allocator's tensors, and what it had reserved of the
GPU for them (the context, some 0.5 GB, comes to that). A guided step is 2 rows. Attention
is PyTorch's own (SDPA chooses its kernel), compiled is `compile_repeated_blocks`, once for each block's code. The timestep is one
a row, as for text to video; `per_token` gives every token one, which is what diffusers' pipeline does with this model.
"""

import argparse
import json
import statistics
import time

import torch
from diffusers import AutoencoderKLWan, WanTransformer3DModel


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--size", default="832x480x29")
    parser.add_argument("--rows", default="1,2")
    parser.add_argument("--ways", default="eager,compiled", help="none: the VAE only")
    parser.add_argument("--dtypes", default="float16")
    parser.add_argument("--repetitions", type=int, default=10)
    parser.add_argument("--vae", action="store_true", help="decode the whole video, and encode a picture, too")
    add_sizes(parser)
    return parser.parse_args()


def add_sizes(parser: argparse.ArgumentParser) -> None:
    """Of the networks: those of the 5B, or smaller ones to rehearse with."""
    parser.add_argument("--layers", type=int, default=30)
    parser.add_argument("--heads", type=int, default=24)
    parser.add_argument("--ffn", type=int, default=14336)
    parser.add_argument("--vae-dims", default="160,256", help="base dimensions of encoder and decoder")


def with_random_weights(build, device: str, dtype: torch.dtype) -> torch.nn.Module:
    """Made on the device, spread by the number of inputs; what diffusers keeps in float32 stays so."""
    with torch.device("meta"):
        model = build()
    model = model.to_empty(device=device)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if weight.dim() < 2 or "norm" in name:
                weight.fill_(0.0 if name.endswith("bias") else 1.0)
            else:
                weight.normal_(0.0, (weight.numel() / weight.shape[0]) ** -0.5)
    keep = getattr(model, "_keep_in_fp32_modules", None) or []
    for name, module in model.named_modules():
        if not list(module.children()) and not any(part in name for part in keep):
            module.to(dtype)
    for name, weight in model.named_parameters():
        if weight.dtype == torch.float32 and not any(part in name for part in keep):
            weight.data = weight.data.to(dtype)
    return model.eval().requires_grad_(False)


def transformer(options: argparse.Namespace, dtype: torch.dtype) -> WanTransformer3DModel:
    """With random weights, on `options.device`."""
    model = with_random_weights(lambda: empty_transformer(options), options.device, dtype)
    # Buffers that are made from numbers, not loaded: `to_empty` has left them without a value.
    model.rope = type(model.rope)(128, (1, 2, 2), 1024).to(options.device)
    return model


def empty_transformer(options: argparse.Namespace) -> WanTransformer3DModel:
    return WanTransformer3DModel(
        num_layers=options.layers,
        num_attention_heads=options.heads,
        attention_head_dim=128,
        ffn_dim=options.ffn,
        in_channels=48,
        out_channels=48,
        text_dim=4096,
        freq_dim=256,
        patch_size=(1, 2, 2),
        cross_attn_norm=True,
        qk_norm="rms_norm_across_heads",
    )


def decoder(options: argparse.Namespace) -> AutoencoderKLWan:
    base, decoder_base = (int(dim) for dim in options.vae_dims.split(","))
    return AutoencoderKLWan(
        base_dim=base,
        decoder_base_dim=decoder_base,
        z_dim=48,
        dim_mult=[1, 2, 4, 4],
        num_res_blocks=2,
        temperal_downsample=[False, True, True],
        is_residual=True,
        in_channels=12,
        out_channels=12,
        patch_size=2,
        scale_factor_spatial=16,
        scale_factor_temporal=4,
        latents_mean=[0.0] * 48,
        latents_std=[1.0] * 48,
    )


def synchronise(device: str) -> None:
    if device.startswith("cuda"):
        torch.cuda.synchronize()


def measure(run, repetitions: int, device: str) -> dict:
    cuda = device.startswith("cuda")
    if cuda:
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()
    began = time.perf_counter()
    output = run()
    synchronise(device)
    first = time.perf_counter() - began
    run()
    synchronise(device)
    seconds = []
    for _ in range(repetitions):
        began = time.perf_counter()
        run()
        synchronise(device)
        seconds.append(time.perf_counter() - began)
    return {
        "seconds": statistics.median(seconds),
        "best": min(seconds),
        "first": first,
        "peak_gb": round(torch.cuda.max_memory_allocated() / 1e9, 2) if cuda else None,
        "reserved_gb": round(torch.cuda.max_memory_reserved() / 1e9, 2) if cuda else None,
        "finite": bool(torch.isfinite(output.float()).all()),
    }


def report(**fields) -> None:
    print(json.dumps({"torch": torch.__version__, **fields}), flush=True)


def main() -> None:
    options = arguments()
    width, height, frames = (int(number) for number in options.size.split("x"))
    latent = (48, (frames - 1) // 4 + 1, height // 16, width // 16)
    tokens = latent[1] * (latent[2] // 2) * (latent[3] // 2)
    device = options.device
    if device.startswith("cuda"):
        print(json.dumps({"card": torch.cuda.get_device_name(), "cudnn": torch.backends.cudnn.version()}), flush=True)

    for dtype_name in options.dtypes.split(",") if options.ways != "none" else []:
        dtype = getattr(torch, dtype_name)
        model = transformer(options, dtype)
        for way in options.ways.split(","):
            if way == "compiled":
                model.compile_repeated_blocks(fullgraph=True)
            for rows in (int(count) for count in options.rows.split(",")):
                for timesteps in ("per_row", "per_token"):
                    if timesteps == "per_token" and (way, rows) != ("eager", 2):
                        continue
                    latents = torch.randn(rows, *latent, device=device, dtype=dtype)
                    text = torch.randn(rows, 512, 4096, device=device, dtype=dtype)
                    size = (rows,) if timesteps == "per_row" else (rows, tokens)
                    timestep = torch.full(size, 500, device=device)
                    with torch.no_grad():
                        times = measure(
                            lambda: model(latents, timestep, text, return_dict=False)[0], options.repetitions, device
                        )
                    report(what="step", dtype=dtype_name, way=way, rows=rows, timesteps=timesteps, **times)
        del model

    if options.vae:
        dtype = getattr(torch, options.dtypes.split(",")[0])
        model = with_random_weights(lambda: decoder(options), device, dtype)
        latents = torch.randn(1, *latent, device=device, dtype=dtype)
        for layout in ("contiguous_format", "channels_last_3d"):
            for module in model.modules():
                if layout == "channels_last_3d" and isinstance(module, torch.nn.Conv3d):
                    module.weight.data = module.weight.data.to(memory_format=torch.channels_last_3d)
            latents = latents.to(memory_format=getattr(torch, layout))
            with torch.no_grad():
                times = measure(lambda: model.decode(latents, return_dict=False)[0], 2, device)
            report(what="decode", dtype=str(dtype), layout=layout, **times)
        picture = torch.rand(1, 3, 1, height, width, device=device, dtype=dtype)
        with torch.no_grad():
            times = measure(lambda: model.encode(picture, return_dict=False)[0].mode(), 2, device)
        report(what="picture", dtype=str(dtype), **times)


if __name__ == "__main__":
    main()
