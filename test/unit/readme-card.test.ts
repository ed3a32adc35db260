import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { modelCardSchema } from '../../inference/bundle/model-card.js';
import { readReadmeCard } from '../../inference/bundle/readme-card.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reelql-readme-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function read(...lines: string[]) {
  await writeFile(join(folder, 'README.md'), lines.join('\n'));
  return readReadmeCard(folder);
}

describe('the model card of a README', () => {
  it('is empty where there is none', async () => {
    expect(await readReadmeCard(folder)).toEqual({ card: {} });
  });

  it('takes what the form of Hugging Face has, past its placeholders', async () => {
    const read_ = await read(
      '---',
      'license: apache-2.0',
      'tags: [video]',
      '---',
      '# A model',
      '',
      '<p align="center"><img src="logo.png"></p>',
      '',
      '[**A model: what its paper is called and where it lies**](https://example.org/a/paper)',
      '',
      'We are glad to show **a model**, which makes [short videos](https://example.org) of what',
      'one writes to it.',
      '',
      '## Uses',
      '<!-- Address questions around how the model is intended to be used. -->',
      '### Direct Use',
      'For looking at.',
      '',
      '- For tests',
      '- For demonstrations',
      '## Training Details',
      '### Training Data',
      '[More Information Needed]',
      '## Bias, Risks, and Limitations',
      'Hands have six fingers.',
      '```',
      '# Not a heading',
      '```',
      '| Score | |',
      '|---|---|',
      '',
      'Ears are soft.',
    );
    expect(read_).toEqual({
      license: 'apache-2.0',
      card: {
        description: 'We are glad to show a model, which makes short videos of what one writes to it.',
        intendedUse: 'For looking at.\n\n• For tests\n• For demonstrations',
        limitations: 'Hands have six fingers.\n\nEars are soft.',
      },
    });
  });

  it('names a licence of its own by its name', async () => {
    expect(await read('---', 'license: other', 'license_name: "the-model-license"', '---')).toEqual({
      license: 'the-model-license',
      card: {},
    });
  });

  it('stays short enough for a bundle, whatever the README is', async () => {
    const long = 'A sentence that goes on. '.repeat(400);
    const { card } = await read('# A', long, '', '## Limitations', 'First.', '', long);
    expect(card.limitations).toBe('First.');
    expect(modelCardSchema.parse(card).description?.length).toBeGreaterThan(60);
  });
});
