"""Second phase: denoiser and text encoder together, by flow matching on the latent bank.

velocity = noise - clean, at  x = (1 - s) clean + s noise.  Noise levels are shifted far up (shift 9): below s = 0.8
the subject's colour can be read off the noisy latent, so only the high levels teach the model to listen to the text."""
import math
import time
from functools import partial

import torch

import captions
import config
from networks.denoiser import Denoiser, rope_tables
from networks.text_encoder import TextEncoder
from training.graphs import GraphedStep
from training.optimiser import Optimiser
from training.weights import save_text_models

SHIFT = 9.0            # of the training noise
DROPPED = 0.2          # share of captions replaced by a negative or empty prompt ...
DROPPED_GIVEN = 0.35   # ... and where the first frame is given
FIRST_FRAME = 0.2      # share of clips whose first latent frame is given (image-to-video)
UNIFORM = 0.4          # share of noise levels drawn evenly over 0..1: the low ones draw the edges, which run 5 lost from noise 0.6 on
SUBJECT_WEIGHT = 8.0   # of a cell that the subject fills; one that it touches gets more than its share, for the outline
VALIDATION = 512       # clips at the end of the main bank that are never trained on


class TextModels:
    """Denoiser, text encoder and the fixed rotary tables of every format."""

    def __init__(self, device):
        self.denoiser = Denoiser(config.DENOISER).initialise().to(device)
        self.encoder = TextEncoder(config.TEXT_ENCODER).initialise().to(device)
        self.device, self.tables = device, {}

    def rope(self, grid):
        t, h, w = grid
        if grid not in self.tables:
            self.tables[grid] = rope_tables((t, h // 2, w // 2), config.DENOISER["attention_head_dim"], self.device)
        return self.tables[grid]

    def parameters(self):
        return [*self.denoiser.parameters(), *self.encoder.parameters()]

    def matrices(self):
        hidden = [*self.denoiser.blocks.named_parameters(), *self.encoder.encoder.block.named_parameters()]
        return [p for name, p in hidden if p.ndim == 2 and "relative" not in name]

    def context(self, ids, lengths):
        return self.denoiser.context(self.encoder(ids, lengths), lengths, config.TEXT_ROWS)


def noise_levels(n, device):
    u = torch.sigmoid(torch.randn(n, device=device))
    shifted = SHIFT * u / (1 + (SHIFT - 1) * u)
    return torch.where(torch.rand(n, device=device) < UNIFORM, torch.rand(n, device=device), shifted)


def channel_weights(stats, device):
    """[z], mean 1. The channels are normalised, but not worth the same: the decoder turns an error of half a deviation into a squared
    error of the picture that grows with the channel's deviation to the power of 3.3 (measured on run 4's VAE: from 2e-6 to 1e-2).
    The weight takes half of that power, so that no channel is forgotten."""
    weights = torch.tensor(stats["std"], device=device) ** 1.6
    return weights / weights.mean()


def subject_weights(share):
    """Of the errors in latent cells [..., h, w] by the subject's share of each: [..., h, w, 1]."""
    return 1 + SUBJECT_WEIGHT * share.float().sqrt()[..., None]


def training_loss(models, bank, negatives, channels, batch, run, held_out=0):
    """Everything is drawn on the device, so that the whole step fits into a CUDA graph."""
    device = run.device
    clip = torch.randint(0, max(1, bank.latents.shape[0] - held_out), (batch,), device=device)
    which = torch.randint(0, bank.ids.shape[1], (batch,), device=device)
    ids, lengths = bank.ids[clip, which].long(), bank.lengths[clip, which].long()
    given = torch.rand(batch, device=device) < FIRST_FRAME
    dropped = torch.rand(batch, device=device) < DROPPED + (DROPPED_GIVEN - DROPPED) * given
    other = torch.randint(0, negatives[0].shape[0], (batch,), device=device)
    ids = torch.where(dropped[:, None], negatives[0][other], ids)
    lengths = torch.where(dropped, negatives[1][other], lengths)
    clean = bank.latents[clip].float()                                   # [B, T, h, w, z]
    s = noise_levels(batch, device)
    level = s[:, None].expand(-1, clean.shape[1]).clone()                # [B, T]
    level[:, 0] = torch.where(given, 0.0, s)
    noise = torch.randn_like(clean)
    level = level[:, :, None, None, None]
    noisy = (1 - level) * clean + level * noise
    with run.autocast():
        out = models.denoiser(noisy, s * 1000, *models.context(ids, lengths), models.rope(bank.grid),
                              torch.where(given, 0.0, s) * 1000)
    weight = channels * subject_weights(bank.subject[clip])
    weight = weight * (level > 0)                                         # a given frame is not predicted
    return (weight * (out.float() - (noise - clean)) ** 2).mean() / weight.mean()


@torch.no_grad()
def caption_gain(models, bank, channels, run):
    """Validation loss at noise 0.9 with the right captions, and how much worse wrong ones are (share)."""
    n = min(VALIDATION, bank.latents.shape[0])
    clean = bank.latents[-n:].float()
    g = torch.Generator(device=run.device).manual_seed(5)
    noise = torch.randn(clean.shape, generator=g, device=run.device)
    level = torch.full((n,), 0.9, device=run.device)
    weight = channels * subject_weights(bank.subject[-n:])
    losses = []
    for shift in (0, 1):
        ids, lengths = bank.ids[-n:, 0].long().roll(shift, 0), bank.lengths[-n:, 0].long().roll(shift, 0)
        with run.autocast():
            out = models.denoiser(0.1 * clean + 0.9 * noise, level * 1000, *models.context(ids, lengths), models.rope(bank.grid))
        losses.append(((weight * (out.float() - noise + clean) ** 2).mean() / weight.mean()).item())
    return losses[0], losses[1] / losses[0] - 1


def same_tokens(batch, bank, other):
    """Clips of another format that cost about as much as `batch` of the main one."""
    return max(1, round(batch * math.prod(bank.grid) / math.prod(other.grid)))


class StepOrder:
    """Which bank the next step takes: index of another format, or None for the main one. Even, not random: shares hold in any stretch."""

    def __init__(self, shares):
        self.shares, self.due = shares, [0.0] * len(shares)

    def next(self):
        self.due = [due + share for due, share in zip(self.due, self.shares)]
        ready = max(range(len(self.due)), key=self.due.__getitem__, default=None)
        if ready is None or self.due[ready] < 1 - 1e-9:
            return None
        self.due[ready] -= 1
        return ready


def schedule(progress, step):
    """Warm-up over 200 steps, then linear to 0 at the end: run 5, which held its rate at first, learnt only while it fell."""
    return min(1, (step + 1) / 200) * max(0.0, 1 - progress)


def train_denoiser(run, models, banks, texts, stats, seconds_left, batch=256, lr=3e-3, compiled=True):
    """The first bank is the main one; each other one gets its share of the steps, with batches of as many tokens.

    seconds_left() gives the time this phase still has; it is asked again and again, so a run can be extended.
    Every rank has banks of its own.  Leaves the EMA weights in `models`, equal on all ranks."""
    bank, team = banks[0], run.team
    team.share([p.detach() for p in models.parameters()])
    negatives, channels = texts.batch(captions.NEGATIVES, run.device), channel_weights(stats, run.device)
    opt = Optimiser(models.parameters(), models.matrices(), lr, 0.4 * lr, weight_decay=0.05, ema_decay=0.998)
    if compiled and run.gpu:
        torch._dynamo.config.recompile_limit = 64  # one form for every format
        for block in models.denoiser.blocks:
            block.compile(dynamic=False)

    def one_step(bank, batch, held_out=0):
        opt.zero()
        loss = training_loss(models, bank, negatives, channels, batch, run, held_out)
        loss.backward()
        return torch.stack([loss.detach(), opt.step().detach()])

    begin, steps, recent, history, logged, saved = time.time(), 0, [], [], time.time(), time.time()
    opt.set_factor(0.003)
    main_step = GraphedStep(lambda: one_step(bank, batch, VALIDATION), run.device)
    run.log(f"denoiser: main format ready after {time.time() - begin:.1f} s")
    other_steps = [GraphedStep(partial(one_step, other, same_tokens(batch, bank, other)), run.device, beside=main_step) for other in banks[1:]]
    order = StepOrder([share for *_, share in config.OTHER_FORMATS[: len(other_steps)]])
    run.sync()
    run.log(f"denoiser: {batch} clips a step, ready after {time.time() - begin:.1f} s")
    opt.restart_ema()
    clock = time.time()
    while True:
        if team.due(steps):
            left = run.meet(opt.tensors(), seconds_left)
        if left <= 0:
            break
        opt.set_factor(schedule((time.time() - begin) / (time.time() - begin + left), steps))
        other = order.next()
        result = (main_step if other is None else other_steps[other])().clone()
        steps += 1
        if other is not None:
            continue
        recent.append(result)
        if len(recent) == (100 if run.gpu else 1):
            loss, norm = torch.stack(recent).mean(0).tolist()
            recent = []
            history.append([round(time.time() - begin, 1), steps, round(loss, 5)])
            if not math.isfinite(loss):
                raise FloatingPointError("the denoiser's loss is not finite")
            if team.first and time.time() - logged > 15:
                logged = time.time()
                with torch.compiler.set_stance("force_eager"):
                    validation, gain = caption_gain(models, bank, channels, run)
                run.log(f"denoiser step {steps} loss {loss:.4f} norm {norm:.2f} validation@0.9 {validation:.4f} caption gain "
                        f"{100 * gain:.1f} % {team.size * steps * batch / (time.time() - clock):.0f} clips/s, {left:.0f} s left")
        if team.first and time.time() - saved > 60:
            saved = time.time()
            opt.swap_ema()
            save_text_models(run, models)
            opt.swap_ema()
    run.sync()
    for step in (main_step, *other_steps):
        step.release()
    opt.swap_ema()
    with torch.compiler.set_stance("force_eager"):
        validation, gain = caption_gain(models, bank, channels, run)
    save_text_models(run, models)
    run.metrics["denoiser_training"] = dict(
        steps=steps, batch=batch, ranks=team.size, uniform_noise=UNIFORM, seconds=round(time.time() - begin, 1),
        clips_per_second=round(team.size * steps * batch / (time.time() - clock)), passes_over_bank=round(steps * batch / len(bank.ids), 1),
        validation_loss=round(validation, 4), caption_gain=round(gain, 4), history=history)
