import { arrayStock } from '../array-stock.js';
import type { WeightSource } from '../bundle/weights.js';
import type { Denoiser, DenoiserRow, LatentShape, TextEmbedding } from '../pipeline/networks.js';
import { type DType, elementCount, float32, int64, type Tensor } from '../tensor.js';
import type { DenoiserConfig } from '../wan/config.js';
import { buildDenoiser } from '../wan/denoiser.js';
import { evenLatents, evenShape, tokenGrid } from '../wan/patches.js';
import { rotaryTables, type TokenGrid, tokenCount } from '../wan/rope.js';
import { foldPadding } from '../wan/text-context.js';
import { groupTimesteps, timeFeatures } from '../wan/timestep.js';
import { canFuse } from '../wan/transformer/gaps.js';
import { type FusedOptions, withFusedOperators } from './fused-operators.js';
import { type Feeds, openSession, type Session, type SessionOptions } from './session.js';

export interface DenoiserOptions extends SessionOptions, FusedOptions {
  /** float32 on the CPU, float16 on CUDA if left out: what is fast there. */
  readonly compute?: DType;
}

/** Opens the denoiser on a device. */
export async function openDenoiser(
  { weights, config }: { readonly weights: WeightSource; readonly config: DenoiserConfig },
  options: DenoiserOptions,
): Promise<Denoiser> {
  const compute = options.compute ?? (options.device.kind === 'CUDA' ? 'float16' : 'float32');
  const session = withFusedOperators(options, compute, canFuse(config));
  const graph = buildDenoiser(weights, config, compute, { fused: session.customOperators !== undefined });
  return new OrtDenoiser(config, await openSession(graph, session));
}

class OrtDenoiser implements Denoiser {
  /** Of the grid last seen: the steps of a generation share one. */
  private rotary: { readonly key: string; readonly tables: { cos: Tensor; sin: Tensor } } | undefined;
  /** Of the last call, for the next one's are the same until the batch changes. */
  private before: { readonly key: string; readonly texts: readonly TextEmbedding[]; readonly feeds: Feeds } | undefined;

  constructor(
    private readonly config: DenoiserConfig,
    private readonly session: Session,
  ) {}

  async denoise(shape: LatentShape, rows: readonly DenoiserRow[]): Promise<Float32Array[]> {
    if (rows.length === 0) return [];
    for (const row of rows) checkRow(row, shape, this.config);
    const grid = tokenGrid(shape);
    const { channels, frames, height, width } = evenShape(shape);
    // The two rows of guidance have the same latents and timesteps: these travel to the device once.
    const samples: DenoiserRow[] = [];
    const sampleOf = rows.map(({ latents, timesteps }, i) => {
      const known = samples.findIndex((sample) => sample.latents === latents && sample.timesteps === timesteps);
      return known < 0 ? samples.push(rows[i] as DenoiserRow) - 1 : known;
    });
    const time = groupTimesteps(
      samples.map((sample) => sample.timesteps),
      grid.frames,
      tokenCount(grid),
    );
    const outputDims = [rows.length, this.config.outChannels, frames, height, width];
    const into = { velocity: float32(arrayStock.take(elementCount(outputDims)), outputDims) };
    const feeds = {
      latents: float32(joined(samples.map((sample) => evenLatents(sample.latents, shape))), [
        samples.length,
        channels,
        frames,
        height,
        width,
      ]),
      time: timeFeatures(time.moments, this.config.freqDim),
      selector: int64(time.selector),
    };
    const constants = this.constantsOf(shape, rows, sampleOf);
    const { velocity } = await this.session.run(feeds, { into, constants });
    const output = velocity?.data as Float32Array;
    const size = output.length / rows.length;
    return rows.map((_, i) => output.subarray(i * size, (i + 1) * size));
  }

  get runsAside(): boolean {
    return this.session.runsAside;
  }

  get idleSeconds(): number | null {
    return this.session.idleSeconds;
  }

  close(): Promise<void> {
    return this.session.close();
  }

  /** What the steps of a batch have in common: its texts, which row has whose latents, the grid. */
  private constantsOf(shape: LatentShape, rows: readonly DenoiserRow[], sampleOf: readonly number[]): Feeds {
    const tables = this.rotaryTables(tokenGrid(shape));
    const texts = rows.map((row) => row.text);
    const key = sampleOf.join();
    if (
      this.before?.key !== key ||
      this.before.feeds.cos !== tables.cos ||
      texts.some((text, i) => text !== this.before?.texts[i])
    ) {
      const { text, bias } = foldPadding(texts);
      const feeds = { sample: int64(sampleOf), text, text_bias: bias, ...tables };
      this.before = { key, texts, feeds };
    }
    return this.before.feeds;
  }

  private rotaryTables(grid: TokenGrid): { cos: Tensor; sin: Tensor } {
    const key = `${grid.frames}x${grid.height}x${grid.width}`;
    if (this.rotary?.key !== key) this.rotary = { key, tables: rotaryTables(this.config.headDim, grid) };
    return this.rotary.tables;
  }
}

function joined([first, ...rest]: readonly Float32Array[]): Float32Array {
  if (!first || rest.length === 0) return first ?? new Float32Array(0);
  const all = new Float32Array(first.length * (rest.length + 1));
  for (const [i, part] of [first, ...rest].entries()) all.set(part, i * first.length);
  return all;
}

function checkRow(row: DenoiserRow, shape: LatentShape, config: DenoiserConfig): void {
  if (shape.channels !== config.inChannels) {
    throw new RangeError(`latents have ${config.inChannels} channels, not ${shape.channels}`);
  }
  if (shape.height < 2 || shape.width < 2 || shape.frames < 1) {
    throw new RangeError(`latents are at least 1×2×2, not ${shape.frames}×${shape.height}×${shape.width}`);
  }
  const expected = shape.channels * shape.frames * shape.height * shape.width;
  if (row.latents.length !== expected) {
    throw new RangeError(`a row has ${expected} latents, not ${row.latents.length}`);
  }
  if (row.text.dim !== config.textDim) {
    throw new RangeError(`text embeddings have ${config.textDim} features, not ${row.text.dim}`);
  }
}
