import type { TextEmbedding } from '../pipeline/networks.js';
import { float32, type Tensor } from '../tensor.js';

/** The length that Wan was trained with: the transformer attends to this many text tokens, zero rows included. */
export const paddedTextLength = 512;

/** Keys come in multiples of this, as CUDA's attention kernels want a bias to be aligned. */
const keyMultiple = 8;

/** Score of a key that does not exist: e^score is 0 in every precision, and finite in float16. */
const absent = -30000;

/**
 * Texts of different lengths as one batch of keys, with the zero padding folded.
 * The rows up to 512 are zero, so they give identical keys and values: n of them count as much as one whose score is raised
 * by ln(n), since n·e^s = e^(s + ln n). Exact, and attention over 20 keys instead of 512.
 */
export function foldPadding(texts: readonly TextEmbedding[]): { text: Tensor; bias: Tensor } {
  const width = texts[0]?.dim ?? 0;
  const longest = Math.max(...texts.map((text) => text.length + (padding(text) > 0 ? 1 : 0)));
  const keys = Math.ceil(longest / keyMultiple) * keyMultiple;
  const data = new Float32Array(texts.length * keys * width);
  const bias = new Float32Array(texts.length * keys).fill(absent);
  texts.forEach((text, row) => {
    if (text.dim !== width) throw new RangeError(`texts of ${width} and ${text.dim} features in one batch`);
    data.set(text.data.subarray(0, text.length * width), row * keys * width);
    bias.fill(0, row * keys, row * keys + text.length);
    if (padding(text) > 0) bias[row * keys + text.length] = Math.log(padding(text));
  });
  return { text: float32(data, [texts.length, keys, width]), bias: float32(bias, [texts.length, 1, 1, keys]) };
}

function padding(text: TextEmbedding): number {
  const count = (text.paddedLength ?? paddedTextLength) - text.length;
  if (count < 0) throw new RangeError(`a text of ${text.length} tokens, at most ${text.length + count} are allowed`);
  return count;
}
