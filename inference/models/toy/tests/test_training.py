"""One step of each phase, resuming, sampling and export."""
import json
import os
import random

import torch

import captions
import config
import export
import score
import world
from evaluation.classifier import train_judge
from evaluation.sampler import decode, guided, sample, unipc_schedule
from networks.norm_taps import channel_norm, taps
from text import Texts
from training import few_steps, weights
from training.bank import Bank, subject_share
from training.clips import ALL_TIMES, random_clips
from training.denoiser_training import StepOrder, TextModels, same_tokens, train_denoiser
from training.vae_training import loss_and_statistics, measure_vae, muon_matrices, new_vae, train_vae

STATS = dict(mean=[0.0] * config.VAE["z_dim"], std=[1.0] * config.VAE["z_dim"])


def tiny_bank(texts):
    rng = random.Random(1)
    scenes = [world.sample_scene(rng) for _ in range(4)]
    ids, lengths = texts.batch([captions.caption(s, rng) for s in scenes])
    return Bank(torch.randn(4, *config.LATENT_GRID, config.VAE["z_dim"]), torch.rand(4, *config.LATENT_GRID), ids[:, None], lengths[:, None])


def test_taps_are_causal():
    x = torch.arange(3.0).view(1, 3, 1, 1, 1)
    assert taps(x).flatten(2).tolist() == [[[0, 0, 0], [0, 0, 1], [0, 1, 2]]]
    assert torch.allclose(channel_norm(torch.tensor([3.0, 4.0]), torch.ones(2)), torch.tensor([3.0, 4.0]) * 2**0.5 / 5)


def test_vae_learns_on_one_clip(run):
    vae = new_vae()
    video, mask = random_clips(random.Random(1), 1, 5, run.device, run.dtype)
    loss, _ = loss_and_statistics(vae, video, mask, run.dtype)
    loss.backward()
    assert loss.isfinite() and all(p.grad is not None for p in vae.parameters())
    assert vae.encode(video).shape == (1, 2, 4, 6, 2 * config.VAE["z_dim"])
    assert len(muon_matrices(vae)) > 40
    before = vae.decoder.conv_in.weight.clone()
    train_vae(run, vae, 2.0, [(1.0, 5, 1)])
    assert run.metrics["vae_training"]["steps"] >= 1 and not torch.equal(before, vae.decoder.conv_in.weight)


def test_decoder_alone_leaves_the_latents(run):
    vae = new_vae()
    before = {k: v.clone() for k, v in vae.state_dict().items()}
    train_vae(run, vae, 2.0, [(1.0, 5, 1)], decoder_only=True)
    moved = {k for k, v in vae.state_dict().items() if not torch.equal(v, before[k])}
    assert "decoder.conv_in.weight" in moved and not any(k.startswith(("encoder", "quant_conv")) for k in moved)


def test_subject_share_has_the_latents_shape():
    share = subject_share(torch.ones(2, len(ALL_TIMES), 1, 64, 96))
    assert share.shape == (2, *config.LATENT_GRID) and share.min() == 1


def test_denoiser_trains_resumes_samples_and_exports(run, tmp_path):
    texts = Texts()
    bank, models = tiny_bank(texts), TextModels(run.device)
    turns = iter([1.0, 1.0, 0.0])
    train_denoiser(run, models, [bank], texts, STATS, lambda: next(turns), batch=2, compiled=False)
    assert run.metrics["denoiser_training"]["steps"] == 2
    vae = new_vae().requires_grad_(False)
    stats, quality = measure_vae(run, vae, 1, 1)
    assert len(stats["mean"]) == config.VAE["z_dim"] and quality["clips"] == 1
    weights.save_vae(run, vae, stats)

    again = TextModels(run.device)
    weights.load(again.denoiser, run.state, "denoiser")
    weights.load(again.encoder, run.state, "text_encoder")
    latents = sample(run, again, texts, ["A red car", "一只猫"], steps=2)
    given = sample(run, again, texts, ["A red car"], steps=2, first=latents[:1, :1])
    assert torch.equal(given[:, :1], latents[:1, :1])
    for layer in (again.denoiser.proj_out, *(block.attn2.to_out[0] for block in again.denoiser.blocks)):
        torch.nn.init.normal_(layer.weight, std=0.05)  # they begin at zero: no text could be told from another
    whole, half, none, plain = (sample(run, again, texts, ["A red car"], steps=2, **g) for g in (
        dict(guidance=9.0), dict(guidance=9.0, guidance_end=0.5), dict(guidance=9.0, guidance_end=0.2), dict(guidance=1.0)))
    assert torch.equal(none, plain) and not torch.equal(half, plain) and not torch.equal(half, whole)
    assert decode(run, vae, stats, latents[:1]).shape == (1, config.FRAMES, 3, config.HEIGHT, config.WIDTH)

    weights.save_judge(run, train_judge(run, 0.1, batch=2))
    score.main(["--state", run.state, "--name", "2 steps", "--steps", "2", "--prompts", "2", "--smoke"])
    with open(run.path("metrics.json")) as f:
        assert 0 <= json.load(f)["accuracy"]["2 steps"]["subject"] <= 1

    out = str(tmp_path / "diffusers")
    size = export.export(run.state, out)
    assert size < 28e6
    with open(os.path.join(out, "model_index.json")) as f:
        index = json.load(f)
    assert index["_class_name"] == "WanPipeline" and index["expand_timesteps"] is True
    resumed = new_vae()
    weights.load(resumed, out, "vae")
    assert torch.equal(resumed.decoder.conv_in.weight, vae.decoder.conv_in.weight.half().float())
    assert torch.allclose(torch.tensor(weights.load_stats(out)["std"]), torch.tensor(stats["std"]), atol=1e-5)
    for folder in ("scheduler", "text_encoder", "tokenizer", "transformer", "vae"):
        assert os.listdir(os.path.join(out, folder))


def test_rescaled_guidance_has_the_conditionals_deviation_in_every_row():
    conditional, unconditional = torch.randn(2, 3, 5, 4, 4, 2) * torch.tensor([1.0, 2.0, 4.0]).view(3, 1, 1, 1, 1)
    plain, half, whole = (guided(conditional, unconditional, 9.0, rescale) for rescale in (0.0, 0.5, 1.0))
    assert torch.equal(plain, unconditional + 9.0 * (conditional - unconditional))
    assert torch.allclose(half, (plain + whole) / 2, atol=1e-4)
    assert torch.allclose(whole.flatten(1).std(1), conditional.flatten(1).std(1))
    assert torch.allclose(guided(conditional[1:2], unconditional[1:2], 9.0, 1.0), whole[1:2], atol=1e-5)


def test_steps_of_other_formats_come_evenly():
    order = StepOrder([0.25, 0.1])
    taken = [order.next() for _ in range(43)]  # both are due at 40: the second follows at 41
    assert taken.count(0) == 10 and taken.count(1) == 4
    assert [StepOrder([]).next() for _ in range(3)] == [None] * 3


def test_formats_share_the_steps(run):
    texts = Texts()
    bank, models = tiny_bank(texts), TextModels(run.device)
    small = Bank(bank.latents[:, :5, :, :4], bank.subject[:, :5, :, :4], bank.ids, bank.lengths)
    left = [1.0] * 6 + [0.0]
    train_denoiser(run, models, [bank, small], texts, STATS, lambda: left.pop(0), batch=2, compiled=False)
    assert run.metrics["denoiser_training"]["steps"] == 6 and (5, 4, 4) in models.tables
    assert same_tokens(10, bank, small) == 27


def test_adapter_learns_and_leaves_the_weights_alone(run, tmp_path):
    texts = Texts()
    bank, models = tiny_bank(texts), TextModels(run.device)
    before = {k: v.clone() for k, v in models.denoiser.state_dict().items()}
    adapter = few_steps.train_few_steps(run, models, bank, texts, STATS, 0.1, 2.0, batch=2)
    tensors = adapter.tensors()
    assert tensors["transformer.blocks.1.attn1.to_out.0.lora_A.weight"].shape == (few_steps.RANK, 256)
    assert all(t.abs().sum() > 0 for k, t in tensors.items() if "lora_A" in k)
    adapted = sample(run, models, texts, ["A red car"], **few_steps.SETTINGS)
    adapter.remove()
    assert {k: v for k, v in models.denoiser.state_dict().items()}.keys() == before.keys()
    assert all(torch.equal(v, before[k]) for k, v in models.denoiser.state_dict().items())
    assert adapted.shape == (1, *config.LATENT_GRID, 48)
    assert os.path.getsize(run.path("few_steps.safetensors")) < 2e6


def test_schedule_falls_to_zero():
    sigmas, times = unipc_schedule(20, 8.0)
    assert times[0] == 999 and sigmas[-1] == 0 and all(a > b for a, b in zip(sigmas, sigmas[1:]))
