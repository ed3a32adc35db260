#!/usr/bin/env node
/** `npm run demo [-- "prompt"]`: a server of its own, one generation watched to its end, the files on disk. */
import { join, relative } from 'node:path';
import { PlainLines, ProgressBar } from './progress.js';
import { reportError } from './report-error.js';
import { runGeneration } from './run-generation.js';
import { startEmbedded } from './server.js';
import { onStdout } from './style.js';

const showpiece = 'A red sports car speeding through a desert highway at sunset';

async function main(): Promise<number> {
  const prompt = process.argv[2] ?? showpiece;
  const abort = new AbortController();
  process.once('SIGINT', () => abort.abort());
  const started = performance.now();
  await using connection = await startEmbedded();
  process.stdout.write(
    `${onStdout.bold('ReelQL')}  server on ${connection.client.url}\n${onStdout.dim('Prompt')}  ${prompt}\n`,
  );
  const view = process.stderr.isTTY ? new ProgressBar() : new PlainLines();
  const folder = join('out', 'demo');
  const result = await runGeneration(connection.client, {
    input: { prompt, settings: { seed: 7 } },
    out: join(folder, 'video.mp4'),
    previewsFolder: join(folder, 'previews'),
    view,
    signal: abort.signal,
  });
  const { width, height, frameCount, fps, steps, guidanceScale, seed } = result.settings;
  process.stdout.write(
    [
      `${onStdout.dim('Video')}     ${onStdout.green(relative('.', result.video))}  ${width}×${height}, ${frameCount} frames at ${fps}/s, ${steps} steps, guidance ${guidanceScale}, seed ${seed}`,
      `${onStdout.dim('Previews')}  ${relative('.', join(folder, 'previews'))}  ${result.previews.length} animated pictures, one a step`,
      `${onStdout.dim('Took')}      ${((performance.now() - started) / 1000).toFixed(1)} s`,
      '',
    ].join('\n'),
  );
  return 0;
}

process.exitCode = await main().catch(reportError);
