"""The networks and the sampler equal diffusers' and transformers'; skipped where those are not installed."""
import pytest
import torch

import config
from evaluation.sampler import UniPC
from networks.denoiser import Denoiser, rope_tables
from networks.text_encoder import TextEncoder
from networks.vae import VideoVAE

diffusers = pytest.importorskip("diffusers")
transformers = pytest.importorskip("transformers")


@torch.no_grad()
def shaken(module):
    """Fresh weights hide mistakes behind zeros and ones: move them all."""
    for p in module.parameters():
        p.add_(0.05 * torch.randn_like(p))
    return module.eval()


@torch.no_grad()
def test_vae():
    z = config.VAE["z_dim"]
    theirs = shaken(diffusers.AutoencoderKLWan(latents_mean=[0.0] * z, latents_std=[1.0] * z, **config.VAE))
    mine = VideoVAE(config.VAE)
    mine.load_state_dict(theirs.state_dict())
    video, latent = torch.rand(1, 9, 3, 32, 64) * 2 - 1, torch.randn(1, 3, 2, 4, z)
    moments = theirs.encode(video.transpose(1, 2)).latent_dist.parameters
    assert torch.allclose(mine.encode(video), moments.permute(0, 2, 3, 4, 1), atol=1e-4)
    decoded = theirs.decode(latent.permute(0, 4, 1, 2, 3)).sample.transpose(1, 2)
    assert torch.allclose(mine.decode(latent).clamp(-1, 1), decoded, atol=1e-4)


@torch.no_grad()
def test_text_and_denoiser():
    theirs = shaken(transformers.UMT5EncoderModel(transformers.UMT5Config(**config.TEXT_ENCODER)))
    text = TextEncoder(config.TEXT_ENCODER)
    text.load_state_dict({k: v for k, v in theirs.state_dict().items() if "embed_tokens" not in k})
    ids, lengths = torch.randint(3, 1200, (2, 24)), torch.tensor([24, 7])
    real = torch.arange(24)[None] < lengths[:, None]
    expected = theirs(ids, real.long()).last_hidden_state * real[..., None]
    rows = text(ids, lengths)
    assert torch.allclose(rows * real[..., None], expected, atol=1e-4)

    wan = shaken(diffusers.WanTransformer3DModel(**config.DENOISER))
    mine = Denoiser(config.DENOISER)
    mine.load_state_dict(wan.state_dict())
    x, times, first = torch.randn(2, 3, 4, 6, 48), torch.tensor([900.0, 300.0]), torch.tensor([0.0, 300.0])
    per_token = times[:, None].repeat(1, 18)
    per_token[:, :6] = first[:, None]
    padded = torch.zeros(2, config.TEXT_ROWS, config.DENOISER["text_dim"])
    padded[:, :24] = expected
    velocity = wan(x.permute(0, 4, 1, 2, 3), per_token, padded, return_dict=False)[0].permute(0, 2, 3, 4, 1)
    ours = mine(x, times, *mine.context(rows, lengths, config.TEXT_ROWS), rope_tables((3, 2, 3), 64), first)
    assert torch.allclose(ours, velocity, atol=1e-3)


def test_sampler():
    theirs = diffusers.UniPCMultistepScheduler(prediction_type="flow_prediction", use_flow_sigmas=True, flow_shift=8.0)
    theirs.set_timesteps(10)
    x = torch.randn(1, 4)
    mine = UniPC(x, 10, 8.0)
    assert theirs.timesteps.tolist() == mine.timesteps
    for i, t in enumerate(theirs.timesteps):
        x = theirs.step(torch.sin(3 * x) + x, t, x, return_dict=False)[0]
        mine.step(i, torch.sin(3 * mine.x) + mine.x)
    assert torch.allclose(mine.x, x, atol=1e-4)
