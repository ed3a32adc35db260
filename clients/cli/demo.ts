#!/usr/bin/env node
/** `npm run demo [-- --fast] ["prompt"]`: a server of its own, one generation watched to its end, the files on disk. */
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { followGeneration, saveFiles } from './follow-generation.js';
import { modelId } from './ids.js';
import { progressView } from './progress/progress-view.js';
import { reportError } from './report-error.js';
import { startEmbedded } from './server.js';
import { onStdout } from './style.js';

const showpiece = 'A red sports car speeding through a desert highway at sunset';

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({ options: { fast: { type: 'boolean' } }, allowPositionals: true });
  const prompt = positionals[0] ?? showpiece;
  const started = performance.now();
  await using connection = await startEmbedded();
  const { client } = connection;
  process.stdout.write(
    `${onStdout.bold('ReelQL')}  server on ${client.options.url}\n${onStdout.dim('Prompt')}  ${prompt}\n`,
  );
  const created = await client.generate({
    prompt,
    settings: { seed: 7 },
    cache: 'REFRESH', // to be watched, also the second time
    ...(values.fast ? { modelId: await modelId(client, 'toy-fast') } : {}),
  });
  process.once('SIGINT', () => void created.cancel());
  const folder = join('out', 'demo');
  const view = await progressView({ json: false, pictures: true });
  const { generation, previews } = await followGeneration(created, { view, previewsFolder: join(folder, 'previews') });
  const [video = ''] = await saveFiles(client, generation, join(folder, 'video.mp4'));
  const { width, height, frameCount, fps, steps, guidanceScale, seed } = generation.settings;
  process.stdout.write(
    [
      `${onStdout.dim('Video')}     ${onStdout.green(relative('.', video))}  ${width}×${height}, ${frameCount} frames at ${fps}/s, ${steps} steps, guidance ${guidanceScale}, seed ${seed}`,
      `${onStdout.dim('Previews')}  ${relative('.', join(folder, 'previews'))}  ${previews.length} animated pictures, one a step`,
      `${onStdout.dim('Took')}      ${((performance.now() - started) / 1000).toFixed(1)} s`,
      '',
    ].join('\n'),
  );
  return 0;
}

process.exitCode = await main().catch(reportError);
