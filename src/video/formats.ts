import type { VideoFormat } from './outputs.js';

export interface FormatSpec {
  readonly extension: string;
  readonly mimeType: string;
  /** For ffmpeg, as an argument list: what turns rgb24 frames into this format. */
  readonly options: (fps: number) => readonly string[];
}

// Browsers decode nothing but 4:2:0. The matrix is spelled out: swscale's default is BT.601, which shifts reds and greens.
const yuv420 =
  'scale=in_range=full:out_range=tv:out_color_matrix=bt709:flags=bicubic+accurate_rnd+full_chroma_int,format=yuv420p';
const bt709 = ['-color_range', 'tv', '-colorspace', 'bt709', '-color_primaries', 'bt709', '-color_trc', 'bt709'];

/** GIF counts in hundredths of a second, and browsers show a frame of one hundredth for ten. */
const maxGifFps = 50;

export const formatSpecs: Readonly<Record<VideoFormat, FormatSpec>> = {
  MP4_H264: {
    extension: 'mp4',
    mimeType: 'video/mp4',
    options: (fps) => [
      // It looks 8 frames ahead instead of 40, with which encoding would not begin before the last of 29 frames has come: what is left to
      // do then is halved, for 0.1 to 0.2 dB and 1 to 2 % fewer bytes. Nor does it keep four frames so that the looking need not be waited
      // for: the same bytes (test/bench/RESULTS.md).
      ...['-c:v', 'libx264', '-preset', 'medium', '-crf', '17'],
      ...['-rc-lookahead', '8', '-x264-params', 'sync-lookahead=0'],
      ...['-vf', yuv420, ...bt709, '-r', String(fps)],
      ...['-movflags', '+faststart', '-f', 'mp4'],
    ],
  },
  WEBM_VP9: {
    extension: 'webm',
    mimeType: 'video/webm',
    options: (fps) => [
      // Constant quality needs the bitrate set to 0. cpu-used 3 instead of 1, the default: half of the time, 13 % fewer bytes,
      // 0.14 dB lost (832×480, 33 frames; test/bench/RESULTS.md).
      ...['-c:v', 'libvpx-vp9', '-crf', '24', '-b:v', '0', '-deadline', 'good', '-cpu-used', '3'],
      ...['-vf', yuv420, ...bt709, '-r', String(fps), '-f', 'webm'],
    ],
  },
  GIF: {
    extension: 'gif',
    mimeType: 'image/gif',
    options: (fps) => [
      // A palette for each frame: one for the whole video would have ffmpeg hold all frames until the last has come. This dither
      // makes 16 to 42 % fewer bytes than the default, error diffusion, and 1 dB less of a difference (test/bench/RESULTS.md).
      ...['-vf', 'split[a][b];[a]palettegen=stats_mode=single[p];[b][p]paletteuse=new=1:dither=bayer:bayer_scale=5'],
      ...['-r', String(Math.min(fps, maxGifFps)), '-loop', '0', '-f', 'gif'],
    ],
  },
  WEBP: {
    extension: 'webp',
    mimeType: 'image/webp',
    options: (fps) => [
      // Its encoder turns RGB into its own kind of 4:2:0.
      ...['-c:v', 'libwebp_anim', '-quality', '82', '-compression_level', '4', '-vf', 'format=bgra'],
      ...['-r', String(fps), '-loop', '0', '-f', 'webp'],
    ],
  },
};
