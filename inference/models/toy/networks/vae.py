"""The residual (Wan2.2) video VAE in one pass, activations as [B, T, H, W, C].

Equal to diffusers' AutoencoderKLWan, whose loop over chunks with feature caches is only bookkeeping: every causal
convolution sees two zero frames in front, the time convolutions of the decoder skip the first latent frame, those of
the encoder pass it through.  State-dict keys are diffusers'.  Video is [B, F, 3, H, W] in -1..1 with F = 4n + 1.
"""
import torch
import torch.nn as nn
import torch.nn.functional as F

from networks.norm_taps import channel_norm, norm_silu_taps, taps


class ChannelNorm(nn.Module):
    def __init__(self, channels, extra_axes):
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(channels, *(1,) * extra_axes))


def conv_over_taps(conv, x):
    """Causal 3x3x3 convolution of already tapped frames: [B, T, H, W, 3I] -> [B, T, H, W, O]."""
    b, t, h, w, c = x.shape
    weight = conv.weight.to(x.dtype).permute(0, 2, 1, 3, 4).reshape(-1, c, 3, 3)  # tap-major input channels
    weight = weight.contiguous(memory_format=torch.channels_last)
    y = F.conv2d(x.reshape(b * t, h, w, c).permute(0, 3, 1, 2), weight, conv.bias.to(x.dtype), padding=1)
    return y.permute(0, 2, 3, 1).reshape(b, t, h, w, -1)


def conv_frames(conv, x, **kw):
    """2-D convolution of every frame of [B, T, H, W, C]."""
    b, t, h, w, c = x.shape
    weight = conv.weight.to(x.dtype).contiguous(memory_format=torch.channels_last)
    y = F.conv2d(x.reshape(b * t, h, w, c).permute(0, 3, 1, 2), weight, conv.bias.to(x.dtype), **kw)
    return y.permute(0, 2, 3, 1).reshape(b, t, y.shape[2], y.shape[3], -1)


def pointwise(conv, x):
    """1x1(x1) convolution as a matrix product over the channels."""
    return F.linear(x, conv.weight.flatten(1).to(x.dtype), conv.bias.to(x.dtype))


class ResidualBlock(nn.Module):
    def __init__(self, i, o):
        super().__init__()
        self.norm1, self.conv1 = ChannelNorm(i, 3), nn.Conv3d(i, o, 3)
        self.norm2, self.conv2 = ChannelNorm(o, 3), nn.Conv3d(o, o, 3)
        if i != o:
            self.conv_shortcut = nn.Conv3d(i, o, 1)

    def forward(self, x):
        short = pointwise(self.conv_shortcut, x) if hasattr(self, "conv_shortcut") else x
        h = conv_over_taps(self.conv1, norm_silu_taps(x, self.norm1.gamma.flatten()))
        return short + conv_over_taps(self.conv2, norm_silu_taps(h, self.norm2.gamma.flatten()))


class FrameAttention(nn.Module):
    """Single-head attention over the positions of each frame."""

    def __init__(self, c):
        super().__init__()
        self.norm, self.to_qkv, self.proj = ChannelNorm(c, 2), nn.Conv2d(c, 3 * c, 1), nn.Conv2d(c, c, 1)

    def forward(self, x):
        b, t, h, w, c = x.shape
        qkv = pointwise(self.to_qkv, channel_norm(x, self.norm.gamma.flatten())).view(b * t, 1, h * w, 3 * c)
        q, k, v = (part.contiguous() for part in qkv.chunk(3, -1))
        return x + pointwise(self.proj, F.scaled_dot_product_attention(q, k, v).view(b, t, h, w, c))


class MidBlock(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.attentions = nn.ModuleList([FrameAttention(c)])
        self.resnets = nn.ModuleList([ResidualBlock(c, c), ResidualBlock(c, c)])

    def forward(self, x):
        return self.resnets[1](self.attentions[0](self.resnets[0](x)))


class Downsampler(nn.Module):
    """Halves H and W, and T (4n+1 -> 2n+1 frames) where `temporal`."""

    def __init__(self, c, temporal):
        super().__init__()
        self.resample = nn.Sequential(nn.ZeroPad2d((0, 1, 0, 1)), nn.Conv2d(c, c, 3, stride=2))
        if temporal:
            self.time_conv = nn.Conv3d(c, c, (3, 1, 1))

    def forward(self, x):
        x = conv_frames(self.resample[1], F.pad(x, (0, 0, 0, 1, 0, 1)), stride=2)
        if not hasattr(self, "time_conv") or x.shape[1] == 1:
            return x
        window = torch.cat([x[:, 0:-2:2], x[:, 1:-1:2], x[:, 2::2]], -1)
        weight = self.time_conv.weight[..., 0, 0].permute(0, 2, 1).flatten(1).to(x.dtype)
        return torch.cat([x[:, :1], F.linear(window, weight, self.time_conv.bias.to(x.dtype))], 1)


def average_down(x, temporal):
    """Shortcut of a down block: 2x2 means; the two frames of a pair become neighbouring channels."""
    if temporal and x.shape[1] % 2:
        x = F.pad(x, (0, 0, 0, 0, 0, 0, 1, 0))
    b, t, h, w, c = x.shape
    x = x.view(b, t, h // 2, 2, w // 2, 2, c).mean((3, 5))
    if not temporal:
        return x
    return x.view(b, t // 2, 2, h // 2, w // 2, c).permute(0, 1, 3, 4, 5, 2).flatten(4)


class DownBlock(nn.Module):
    def __init__(self, i, o, resnets, down, temporal):
        super().__init__()
        self.temporal = temporal
        self.resnets = nn.ModuleList([ResidualBlock(i if k == 0 else o, o) for k in range(resnets)])
        self.downsampler = Downsampler(o, temporal) if down else None

    def forward(self, x):
        short = x
        for block in self.resnets:
            x = block(x)
        return x + short if self.downsampler is None else self.downsampler(x) + average_down(short, self.temporal)


class Encoder(nn.Module):
    def __init__(self, cfg):
        super().__init__()
        dims = [cfg["base_dim"] * m for m in [1, *cfg["dim_mult"]]]
        self.conv_in = nn.Conv3d(cfg["in_channels"], dims[0], 3)
        last = len(dims) - 2
        temporal = [*cfg["temperal_downsample"], False]
        self.down_blocks = nn.ModuleList(
            [DownBlock(dims[j], dims[j + 1], cfg["num_res_blocks"], j < last, temporal[j]) for j in range(last + 1)])
        self.mid_block = MidBlock(dims[-1])
        self.norm_out = ChannelNorm(dims[-1], 3)
        self.conv_out = nn.Conv3d(dims[-1], 2 * cfg["z_dim"], 3)

    def forward(self, x):
        x = conv_over_taps(self.conv_in, taps(x))
        for block in self.down_blocks:
            x = block(x)
        return conv_over_taps(self.conv_out, norm_silu_taps(self.mid_block(x), self.norm_out.gamma.flatten()))


class Upsampler(nn.Module):
    """Doubles H and W, and T (n -> 2n-1 frames) where `temporal`."""

    def __init__(self, c, temporal):
        super().__init__()
        self.resample = nn.Sequential(nn.Upsample(scale_factor=2), nn.Conv2d(c, c, 3, padding=1))
        if temporal:
            self.time_conv = nn.Conv3d(c, 2 * c, (3, 1, 1))

    def forward(self, x):
        if hasattr(self, "time_conv") and x.shape[1] > 1:
            b, t, h, w, c = x.shape
            weight = self.time_conv.weight[..., 0, 0].permute(0, 2, 1).flatten(1).to(x.dtype)
            y = F.linear(taps(x[:, 1:]), weight, self.time_conv.bias.to(x.dtype))  # [b, t-1, h, w, 2c]
            y = y.view(b, t - 1, h, w, 2, c).permute(0, 1, 4, 2, 3, 5).reshape(b, 2 * t - 2, h, w, c)
            x = torch.cat([x[:, :1], y], 1)
        return conv_frames(self.resample[1], duplicate_up(x, x.shape[-1], 1), padding=1)


def duplicate_up(x, channels, ft):
    """Nearest doubling of H and W (and T where ft is 2, the first frame once); halves the channels by row where asked."""
    b, t, h, w, c = x.shape
    if channels == c:
        y = x[:, :, None, :, None, :, None].expand(b, t, ft, h, 2, w, 2, c).reshape(b, t * ft, 2 * h, 2 * w, c)
    else:  # channel o takes input channel 2o in the upper and 2o+1 in the lower row of each 2x2 cell
        assert ft == 1 and c == 2 * channels
        y = x.view(b, t, h, w, channels, 2).permute(0, 1, 2, 5, 3, 4).unsqueeze(5)
        y = y.expand(b, t, h, 2, w, 2, channels).reshape(b, t, 2 * h, 2 * w, channels)
    return y[:, ft - 1 :]


class UpBlock(nn.Module):
    def __init__(self, i, o, resnets, up, temporal):
        super().__init__()
        self.channels, self.ft = o, 2 if temporal else 1
        self.resnets = nn.ModuleList([ResidualBlock(i if k == 0 else o, o) for k in range(resnets)])
        self.upsampler = Upsampler(o, temporal) if up else None

    def forward(self, x):
        short = x
        for block in self.resnets:
            x = block(x)
        return x if self.upsampler is None else self.upsampler(x) + duplicate_up(short, self.channels, self.ft)


class Decoder(nn.Module):
    def __init__(self, cfg):
        super().__init__()
        mult = cfg["dim_mult"]
        dims = [cfg["decoder_base_dim"] * m for m in [mult[-1], *reversed(mult)]]
        temporal = [*reversed(cfg["temperal_downsample"]), False]
        last = len(dims) - 2
        self.conv_in = nn.Conv3d(cfg["z_dim"], dims[0], 3)
        self.mid_block = MidBlock(dims[0])
        self.up_blocks = nn.ModuleList(
            [UpBlock(dims[j], dims[j + 1], cfg["num_res_blocks"] + 1, j < last, temporal[j]) for j in range(last + 1)])
        self.norm_out = ChannelNorm(dims[-1], 3)
        self.conv_out = nn.Conv3d(dims[-1], cfg["out_channels"], 3)

    def forward(self, z):
        x = self.mid_block(conv_over_taps(self.conv_in, taps(z)))
        for block in self.up_blocks:
            x = block(x)
        return conv_over_taps(self.conv_out, norm_silu_taps(x, self.norm_out.gamma.flatten()))


def fold(video):
    """[B, F, 3, H, W] -> [B, F, H/2, W/2, 12]; channel = colour * 4 + (x mod 2) * 2 + (y mod 2)."""
    b, f, c, h, w = video.shape
    return video.view(b, f, c, h // 2, 2, w // 2, 2).permute(0, 1, 3, 5, 2, 6, 4).flatten(4)


def unfold(x):
    """Inverse of fold."""
    b, f, h, w, c = x.shape
    return x.view(b, f, h, w, c // 4, 2, 2).permute(0, 1, 4, 2, 6, 3, 5).reshape(b, f, c // 4, 2 * h, 2 * w)


class VideoVAE(nn.Module):
    """encode: [B, F, 3, H, W] -> moments [B, (F-1)/4+1, H/16, W/16, 2z]; decode: latents [..., z] -> video, not clamped."""

    def __init__(self, cfg):
        super().__init__()
        self.cfg = cfg
        z = cfg["z_dim"]
        self.encoder, self.decoder = Encoder(cfg), Decoder(cfg)
        self.quant_conv, self.post_quant_conv = nn.Conv3d(2 * z, 2 * z, 1), nn.Conv3d(z, z, 1)

    def encode(self, video, dtype=torch.float32):
        return pointwise(self.quant_conv, self.encoder(fold(video.to(dtype))).float())

    def decode(self, z, dtype=torch.float32):
        return unfold(self.decoder(pointwise(self.post_quant_conv, z.float()).to(dtype)).float())

    def initialise(self):
        """Residual branches start at zero; the posterior starts narrow (log-variance -4)."""
        for m in self.modules():
            if isinstance(m, ResidualBlock):
                nn.init.zeros_(m.conv2.weight)
        z = self.cfg["z_dim"]
        with torch.no_grad():
            self.quant_conv.weight[z:].mul_(0.1)
            self.quant_conv.bias[z:].fill_(-4.0)
        return self
