"""Weights of a run on disk, written by the first rank: one fp16 safetensors file a component, and the latent's statistics."""
import json
import os

from safetensors.torch import load_file, save_file


def _save(path, tensors):
    save_file({k: v.detach().half().contiguous().cpu() for k, v in tensors.items()}, path + ".part")
    os.replace(path + ".part", path)


def save_vae(run, vae, stats=None):
    """Without stats: a checkpoint of a VAE that still trains."""
    if not run.team.first:
        return
    _save(run.path("vae.safetensors"), vae.state_dict())
    if stats:
        with open(run.path("stats.json"), "w") as f:
            json.dump(stats, f)


def save_text_models(run, models):
    if not run.team.first:
        return
    _save(run.path("denoiser.safetensors"), models.denoiser.state_dict())
    _save(run.path("text_encoder.safetensors"), models.encoder.state_dict())


def save_adapter(run, adapter):
    if run.team.first:
        _save(run.path("few_steps.safetensors"), adapter.tensors())


def save_judge(run, judge):
    if run.team.first:
        _save(run.path("judge.safetensors"), judge.state_dict())


IN_DIFFUSERS = dict(vae="vae/diffusion_pytorch_model", denoiser="transformer/diffusion_pytorch_model", text_encoder="text_encoder/model")


def _exported(folder):
    return os.path.exists(os.path.join(folder, "model_index.json"))


def load(module, folder, component):
    """Weights of a component from a run's folder or from a diffusers folder."""
    name = IN_DIFFUSERS[component] if _exported(folder) else component
    tensors = load_file(os.path.join(folder, name + ".safetensors"))
    module.load_state_dict({k: v.float() for k, v in tensors.items()})


def load_stats(folder):
    """{mean, std}: the latent's statistics per channel."""
    if _exported(folder):
        with open(os.path.join(folder, "vae", "config.json")) as f:
            settings = json.load(f)
        return dict(mean=settings["latents_mean"], std=settings["latents_std"])
    with open(os.path.join(folder, "stats.json")) as f:
        return json.load(f)
