"""Writes a run's weights as a diffusers folder that WanPipeline.from_pretrained loads.

    python export.py --state DIR --out diffusers

Needs neither diffusers nor transformers: fp16 safetensors plus the JSON files they expect."""
import argparse
import json
import os
import shutil

import torch
from safetensors.torch import load_file, save_file

import config
from text import HERE
from training.few_steps import SETTINGS
from training.weights import load_stats

FLOW_SHIFT = 8.0  # of the sampler; the training noise is shifted by 9
VERSION = "0.40.0"

MODEL_INDEX = dict(
    _class_name="WanPipeline", _diffusers_version=VERSION, boundary_ratio=None, expand_timesteps=True,
    scheduler=["diffusers", "UniPCMultistepScheduler"], text_encoder=["transformers", "UMT5EncoderModel"],
    tokenizer=["transformers", "T5TokenizerFast"], transformer=["diffusers", "WanTransformer3DModel"],
    transformer_2=[None, None], vae=["diffusers", "AutoencoderKLWan"])

SCHEDULER = dict(
    _class_name="UniPCMultistepScheduler", _diffusers_version=VERSION, beta_end=0.02, beta_schedule="linear", beta_start=0.0001,
    disable_corrector=[], dynamic_thresholding_ratio=0.995, final_sigmas_type="zero", flow_shift=FLOW_SHIFT,
    lower_order_final=True, num_train_timesteps=1000, predict_x0=True, prediction_type="flow_prediction",
    rescale_betas_zero_snr=False, sample_max_value=1.0, solver_order=2, solver_p=None, solver_type="bh2", steps_offset=0,
    thresholding=False, time_shift_type="exponential", timestep_spacing="linspace", trained_betas=None,
    use_beta_sigmas=False, use_dynamic_shifting=False, use_exponential_sigmas=False, use_flow_sigmas=True,
    use_karras_sigmas=False)


def write_json(path, value):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as f:
        json.dump(value, f, indent=2, ensure_ascii=False)
        f.write("\n")


def component(out, folder, settings, source, file_name):
    write_json(os.path.join(out, folder, "config.json"), settings)
    tensors = {k: v.to(torch.float16).contiguous() for k, v in load_file(source).items()}
    save_file(tensors, os.path.join(out, folder, file_name), metadata={"format": "pt"})


def export(state, out):
    stats = load_stats(state)
    for folder in ("vae", "transformer", "text_encoder", "scheduler", "tokenizer", "few_steps"):  # reelql.json stays
        shutil.rmtree(os.path.join(out, folder), ignore_errors=True)
    vae = dict(_class_name="AutoencoderKLWan", _diffusers_version=VERSION, **config.VAE,
               latents_mean=[round(x, 6) for x in stats["mean"]], latents_std=[round(x, 6) for x in stats["std"]])
    denoiser = dict(_class_name="WanTransformer3DModel", _diffusers_version=VERSION, **config.DENOISER)
    text = dict(architectures=["UMT5EncoderModel"], model_type="umt5", dtype="float16", dense_act_fn="gelu_new",
                is_gated_act=True, tie_word_embeddings=True, **config.TEXT_ENCODER)
    component(out, "vae", vae, os.path.join(state, "vae.safetensors"), "diffusion_pytorch_model.safetensors")
    component(out, "transformer", denoiser, os.path.join(state, "denoiser.safetensors"), "diffusion_pytorch_model.safetensors")
    component(out, "text_encoder", text, os.path.join(state, "text_encoder.safetensors"), "model.safetensors")
    write_json(os.path.join(out, "scheduler", "scheduler_config.json"), SCHEDULER)
    write_json(os.path.join(out, "model_index.json"), MODEL_INDEX)
    shutil.copytree(os.path.join(HERE, "tokenizer"), os.path.join(out, "tokenizer"))
    adapter = os.path.join(state, "few_steps.safetensors")
    if os.path.exists(adapter):  # WanPipeline.load_lora_weights(out, subfolder="few_steps")
        os.makedirs(os.path.join(out, "few_steps"))
        shutil.copyfile(adapter, os.path.join(out, "few_steps", "pytorch_lora_weights.safetensors"))
        write_json(os.path.join(out, "few_steps", "reelql.json"), dict(title="Toy world in four steps", defaults=dict(
            steps=SETTINGS["steps"], shift=SETTINGS["shift"], guidanceScale=SETTINGS["guidance"], guidanceRescale=0)))
    return sum(os.path.getsize(os.path.join(d, f)) for d, _, files in os.walk(out) for f in files)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--state", required=True)
    p.add_argument("--out", default=os.path.join(HERE, "diffusers"))
    a = p.parse_args()
    print(f"{a.out}: {export(a.state, a.out) / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
