import type { Generation } from '@reelql/sdk';

export const snippetKinds = ['graphql', 'typescript', 'python', 'cli'] as const;
export type SnippetKind = (typeof snippetKinds)[number];

/** What makes a generation again, seed and all, for people who go on in a program. @param url the server's root */
export function snippet(kind: SnippetKind, generation: Generation, url: string): string {
  return writers[kind](generation, url);
}

const writers: Readonly<Record<SnippetKind, (generation: Generation, url: string) => string>> = {
  graphql: (generation) => {
    const variables = JSON.stringify({ input: inputOf(generation) }, null, 2);
    return `mutation Generate($input: CreateGenerationInput!) {
  createGeneration(input: $input) {
    ... on CreateGenerationSuccess { generation { id status } }
    ... on UserError { message }
  }
}

# Variables:
${variables.replace(/^/gm, '# ')}
`;
  },
  typescript: (generation, url) => {
    const input = JSON.stringify(inputOf(generation), null, 2).replace(/"([a-zA-Z]+)":/g, '$1:');
    return `import { ReelQL } from '@reelql/sdk';

const reelql = new ReelQL({ url: ${JSON.stringify(url)} });
const handle = await reelql.generate(${input});
const { artifacts } = await handle.result();
console.log(artifacts[0].url);
`;
  },
  python: (generation, url) => {
    const { prompt, settings, ...rest } = inputOf(generation);
    const lines = [
      `        ${python(prompt)},`,
      `        settings=${python(snaked(settings))},`,
      ...Object.entries(snaked(rest)).map(([name, value]) => `        ${name}=${python(value)},`),
    ];
    return `import asyncio

from reelql import ReelQL


async def main():
    async with ReelQL(${JSON.stringify(url)}) as reelql:
        handle = await reelql.generate(
${lines.map((line) => `    ${line}`).join('\n')}
        )
        video = await handle.result()
        print(video.artifacts[0].url)


asyncio.run(main())
`;
  },
  cli: (generation, url) => {
    const { prompt, negativePrompt, settings, outputs } = generation;
    const { width, height, frameCount, fps, steps, guidanceScale, guidanceRescale, shift, seed, sampler } = settings;
    const { guidanceInterval, cacheSteps } = settings;
    const options: (readonly [string, string | number])[] = [
      ['server', url],
      ...(negativePrompt === '' ? [] : [['negative', quoted(negativePrompt)] as const]),
      ['model', generation.modelName],
      ['width', width],
      ['height', height],
      ['frames', frameCount],
      ['fps', fps],
      ['steps', steps],
      ['guidance', guidanceScale],
      ['guidance-rescale', guidanceRescale],
      ['shift', shift],
      ['sampler', sampler],
      ['seed', seed],
      ...(guidanceInterval
        ? [['guidance-interval', `${guidanceInterval.start}-${guidanceInterval.end}`] as const]
        : []),
      ...(cacheSteps ? [['cache-steps', cacheSteps] as const] : []),
      ['format', outputs.formats.map((format) => formatNames[format]).join(',')],
      ...(outputs.crop ? [['crop', cropText(outputs.crop)] as const] : []),
    ];
    return `reelql generate ${quoted(prompt)} \\\n${options.map(([name, value]) => `  --${name} ${value}`).join(' \\\n')}\n`;
  },
};

const formatNames = { MP4_H264: 'mp4', WEBM_VP9: 'webm', GIF: 'gif', WEBP: 'webp' } as const;

/** As createGeneration takes it; what is as if left out is left out. */
function inputOf({ prompt, negativePrompt, model, settings, outputs, firstFrame }: Generation) {
  const { width, height, frameCount, fps, steps, guidanceScale, guidanceRescale, shift, sampler, seed } = settings;
  const { guidanceInterval, cacheSteps } = settings;
  const { formats, crop, subtitles } = outputs;
  const plain = formats.join() === 'MP4_H264' && !crop && subtitles.length === 0;
  return {
    prompt,
    ...(negativePrompt === '' ? {} : { negativePrompt }),
    ...(model ? { modelId: model.id } : {}),
    settings: {
      ...{ width, height, frameCount, fps, steps, guidanceScale, guidanceRescale, shift, sampler, seed },
      ...(guidanceInterval ? { guidanceInterval } : {}),
      ...(cacheSteps ? { cacheSteps } : {}),
    },
    ...(firstFrame ? { firstFrameUploadId: firstFrame.id } : {}),
    ...(plain
      ? {}
      : { outputs: { formats, ...(crop ? { crop } : {}), ...(subtitles.length > 0 ? { subtitles } : {}) } }),
  };
}

function cropText({ x, y, width, height }: NonNullable<Generation['outputs']['crop']>): string {
  return `${width}x${height}+${x}+${y}`;
}

/** In single quotes nothing means anything to a shell, but for the quote itself. */
const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;

type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

function snaked<T>(value: T): { readonly [name: string]: Json } {
  const deep = (one: Json): Json => {
    if (Array.isArray(one)) return one.map(deep);
    if (typeof one !== 'object' || one === null) return one;
    return Object.fromEntries(
      Object.entries(one).map(([name, inner]) => [name.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`), deep(inner)]),
    );
  };
  return deep(value as Json) as { readonly [name: string]: Json };
}

function python(value: Json): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (Array.isArray(value)) return `[${value.map(python).join(', ')}]`;
  if (typeof value !== 'object') return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([name, inner]) => `${JSON.stringify(name)}: ${python(inner)}`)
    .join(', ')}}`;
}
