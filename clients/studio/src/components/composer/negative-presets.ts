/** The negative prompt that Wan2.2 ships as its default (wan/configs/shared_config.py, sample_neg_prompt), and what it says in English. */
export const negativePresets = {
  none: '',
  chinese:
    '色调艳丽，过曝，静态，细节模糊不清，字幕，风格，作品，画作，画面，静止，整体发灰，最差质量，低质量，JPEG压缩残留，丑陋的，残缺的，多余的手指，画得不好的手部，画得不好的脸部，畸形的，毁容的，形态畸形的肢体，手指融合，静止不动的画面，杂乱的背景，三条腿，背景人很多，倒着走',
  english:
    'garish colours, overexposed, static, blurred details, subtitles, style, artwork, painting, picture, still, greyish, worst quality, low quality, JPEG artefacts, ugly, incomplete, extra fingers, badly drawn hands, badly drawn faces, deformed, disfigured, malformed limbs, fused fingers, motionless picture, cluttered background, three legs, crowded background, walking backwards',
} as const;

export type NegativePreset = keyof typeof negativePresets;

export function negativePresetOf(text: string): NegativePreset | null {
  const names = Object.keys(negativePresets) as NegativePreset[];
  return names.find((name) => negativePresets[name] === text) ?? null;
}
