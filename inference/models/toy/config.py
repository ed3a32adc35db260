"""Architecture of the toy model: the values that go into the config.json files of the diffusers folder."""

VAE = dict(
    base_dim=16, decoder_base_dim=16, z_dim=48, dim_mult=[1, 2, 4, 4], num_res_blocks=2, attn_scales=[],
    temperal_downsample=[False, True, True], dropout=0.0, is_residual=True, in_channels=12, out_channels=12,
    patch_size=2, scale_factor_temporal=4, scale_factor_spatial=16)

DENOISER = dict(
    patch_size=[1, 2, 2], num_attention_heads=4, attention_head_dim=64, in_channels=48, out_channels=48, text_dim=160,
    freq_dim=256, ffn_dim=896, num_layers=8, cross_attn_norm=True, qk_norm="rms_norm_across_heads", eps=1e-6,
    image_dim=None, added_kv_proj_dim=None, rope_max_seq_len=1024, pos_embed_seq_len=None)

TEXT_ENCODER = dict(
    vocab_size=1280, d_model=160, d_kv=32, d_ff=448, num_layers=3, num_heads=5, relative_attention_num_buckets=32,
    relative_attention_max_distance=128, dropout_rate=0.0, layer_norm_epsilon=1e-6, feed_forward_proj="gated-gelu",
    is_encoder_decoder=False, use_cache=False, pad_token_id=0, eos_token_id=1)

FRAMES, HEIGHT, WIDTH, FPS = 33, 160, 256, 16
LATENT_GRID = (9, 10, 16)      # frames, rows, columns of the latent of one clip
# Other clips that the denoiser sees: frames, height, width, share of its training steps.
OTHER_FORMATS = [(49, 160, 256, 0.06), (33, 256, 384, 0.18)]
TEXT_ROWS = 512                # the pipeline pads every text with zero rows to this length
MAX_TOKENS = 80                # longest caption or negative prompt seen in training, in tokens


def shrink():
    """A quarter of the picture, for rehearsals without a GPU."""
    global HEIGHT, WIDTH, LATENT_GRID, OTHER_FORMATS
    HEIGHT, WIDTH, LATENT_GRID, OTHER_FORMATS = 64, 96, (9, 4, 6), [(17, 64, 64, 0.25)]


def latent_grid(frames, height, width):
    return ((frames - 1) // 4 + 1, height // 16, width // 16)
