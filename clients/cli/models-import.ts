import { join } from 'node:path';
import cliProgress from 'cli-progress';
import { type ImportProgress, importDiffusers } from '../../inference/bundle/import.js';
import { ModelError } from '../../inference/bundle/model-error.js';
import { fitModelPreview } from '../../inference/bundle/model-preview.js';
import { importDtypes } from '../../inference/bundle/precision.js';
import { presetNames } from '../../inference/bundle/presets.js';
import { loadConfig } from '../../src/config.js';
import { command } from './command.js';
import { onStdout } from './style.js';

export const modelsImport = command({
  meta: { name: 'import', description: 'Make a bundle of a diffusers folder of Wan2.2-TI2V' },
  args: {
    source: { type: 'positional', description: 'The diffusers folder', required: true },
    name: { type: 'string', description: 'Name of the model here', required: true },
    dtype: {
      type: 'string',
      description: 'fp16, fp32, or fp8: fp16 with the denoiser in 8 bits; what the folder has if left out',
    },
    preset: {
      type: 'string',
      description: `Defaults of a distilled model: ${presetNames.join(', ')}; by the folder if left out`,
    },
    adapter: {
      type: 'string',
      description: "safetensors of a low-rank adapter (LoRA) for the denoiser, diffusers' names",
    },
    copy: { type: 'boolean', description: 'Copy all weights into the bundle, so that the folder can be removed' },
    'models-dir': { type: 'string', description: 'Folder of the bundles; REELQL_MODELS_DIR or var/models if left out' },
    json: { type: 'boolean', description: 'Progress as JSON lines' },
  },
  async run({ args }) {
    const abort = new AbortController();
    const stop = () => abort.abort();
    process.once('SIGINT', stop).once('SIGTERM', stop);
    const destination = join(args['models-dir'] ?? loadConfig().modelsDir, args.name);
    const dtype = oneOf('--dtype', importDtypes, args.dtype);
    const preset = oneOf('--preset', presetNames, args.preset);
    const view = args.json || !process.stdout.isTTY ? new JsonProgress() : new BarProgress();
    try {
      await importDiffusers({
        source: args.source,
        destination,
        name: args.name,
        ...(dtype ? { dtype } : {}),
        ...(preset ? { preset } : {}),
        ...(args.adapter ? { adapter: args.adapter } : {}),
        inPlace: !args.copy,
        fitPreview: fitModelPreview,
        onProgress: (progress) => view.show(progress),
        signal: abort.signal,
      });
    } finally {
      view.stop();
      process.off('SIGINT', stop).off('SIGTERM', stop);
    }
    view.done(args.name, destination);
  },
});

function oneOf<Name extends string>(flag: string, names: readonly Name[], text: string | undefined): Name | undefined {
  if (text === undefined) return undefined;
  const name = names.find((each) => each === text);
  if (!name) throw new ModelError('UNSUPPORTED', `${flag} must be ${names.join(' or ')}, not "${text}"`);
  return name;
}

const phaseNames: Readonly<Record<ImportProgress['phase'], string>> = {
  FITTING_PREVIEW: 'Fitting the preview',
  HASHING: 'Hashing',
  CONVERTING: 'Converting',
};

class BarProgress {
  private readonly bar = new cliProgress.SingleBar({
    format: (options, { progress, value, total }, payload) => {
      const share = `${Math.round(progress * 100)}`.padStart(3);
      return `${onStdout.cyan(cliProgress.Format.BarFormat(progress, options))} ${share} %  ${gigabytes(value)} of ${gigabytes(total)}  ${payload.label}`;
    },
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 32,
    hideCursor: true,
  });
  private started = false;

  show({ phase, bytesDone, bytesTotal }: ImportProgress): void {
    const payload = { label: phaseNames[phase] };
    if (this.started) this.bar.update(bytesDone, payload);
    else this.bar.start(bytesTotal, bytesDone, payload);
    this.started = true;
  }

  stop(): void {
    if (this.started) this.bar.stop();
  }

  done(name: string, directory: string): void {
    process.stdout.write(`${onStdout.green('✓')} ${name} is in ${directory}\n`);
  }
}

/** At most four lines a second: a pipe's reader wants to know how far it is, not every piece. */
class JsonProgress {
  private last = 0;

  show(progress: ImportProgress): void {
    const now = Date.now();
    if (now - this.last < 250 && progress.bytesDone < progress.bytesTotal) return;
    this.last = now;
    process.stdout.write(`${JSON.stringify(progress)}\n`);
  }

  stop(): void {}

  done(name: string, directory: string): void {
    process.stdout.write(`${JSON.stringify({ name, directory })}\n`);
  }
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(2)} GB`;
}
