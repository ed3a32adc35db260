import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Generation, GenerationEvent } from '../../clients/sdk/src/index.js';
import { describeStudio, link, promptBox, quickDraft, Studio, tile } from './studio.js';

const prompt = 'A red car at sunset';

describeStudio('a video seen closely', () => {
  let studio: Studio;
  let original: Generation;
  beforeAll(async () => {
    studio = await Studio.start();
    original = await studio.use(async (client) => {
      const made = await client.generate({ prompt, settings: { ...quickDraft['reelql.draft'].settings, seed: 7 } });
      await made.result();
      return client.generations.get(made.id);
    });
  });
  afterAll(() => studio.close());

  /** The newest one, when it is finished. */
  const newest = () =>
    studio.use(async (client) => {
      const [edge] = (await client.generations.list({ first: 1 })).edges;
      const id = edge?.node.id ?? '';
      await client.generations.handle(id).result();
      return client.generations.get(id);
    });
  const sha256 = ({ artifacts }: Generation) => artifacts.find(({ kind }) => kind === 'VIDEO')?.sha256;

  it('is remixed with everything but its seed', async () => {
    const page = await studio.visit();
    await link(tile(page, prompt, 'Finished').first()).click();
    await page.getByRole('button', { name: 'Remix' }).click();
    await expect.poll(() => promptBox(page).inputValue()).toBe(prompt);
    await page.keyboard.press('Control+Enter');
    await expect.poll(() => tile(page, prompt).count()).toBe(2);
    const remix = await newest();
    expect(remix.settings).toEqual({ ...original.settings, seed: remix.settings.seed });
    expect(remix.settings.seed).not.toBe(original.settings.seed);
    expect(sha256(remix)).not.toBe(sha256(original));
  });

  it('comes out byte for byte the same where its seed is reused', async () => {
    const page = await studio.visit({ path: `/g/${encodeURIComponent(original.id)}` });
    await page.getByRole('button', { name: 'Reuse seed' }).click();
    await expect.poll(() => promptBox(page).inputValue()).toBe(prompt);
    await page.keyboard.press('Control+Enter');
    await expect.poll(() => tile(page, prompt).count()).toBe(3);
    const again = await newest();
    expect(again.id).not.toBe(original.id);
    expect(again.settings).toEqual(original.settings);
    expect(sha256(again)).toBe(sha256(original));
  });

  it('is opened, looked at frame by frame and closed by the keyboard', async () => {
    const page = await studio.visit();
    await link(page.getByRole('gridcell').first()).focus();
    await page.keyboard.press('Enter');
    const place = page.getByRole('slider', { name: 'Place in the video' });
    await place.focus();
    await page.keyboard.press('End');
    await page.getByText('9/9', { exact: true }).waitFor();
    const { channels } = await sharp(await page.getByLabel(prompt).and(page.locator('video')).screenshot()).stats();
    // A picture is seen: neither black nor of one colour.
    expect(Math.max(...channels.slice(0, 3).map(({ stdev }) => stdev))).toBeGreaterThan(20);
    await page.keyboard.press('Escape');
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0);
    expect(new URL(page.url()).pathname).toBe('/');
  });

  it('is cropped and gets subtitles without being denoised again', async () => {
    const page = await studio.visit({ path: `/g/${encodeURIComponent(original.id)}` });
    await page.getByRole('button', { name: 'Crop and subtitles' }).click();
    await page.getByText('this takes no new denoising').waitFor();
    await page.getByRole('checkbox', { name: 'Crop the picture' }).check();
    await page.getByRole('button', { name: '1:1' }).click();
    await page.getByRole('button', { name: 'Add a line' }).click();
    await page.getByRole('textbox', { name: 'Text' }).fill('Hello, 世界');
    await page.getByRole('button', { name: 'Make it' }).click();
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0);
    const cropped = await newest();
    const video = cropped.artifacts.find(({ kind }) => kind === 'VIDEO');
    expect([video?.width, video?.height]).toEqual([96, 96]);
    expect(cropped.outputs.subtitles.map(({ text }) => text)).toEqual(['Hello, 世界']);
    const phases = await studio.use((client) => phasesOf(client.generations.events(cropped.id)));
    expect(phases).not.toContain('DENOISING');
    expect(phases).toContain('DECODING');
  });

  it('is out of sight when deleted, back by undo, and gone a moment later without', async () => {
    const made = await studio.use((client) =>
      client.generate({ prompt: 'A green tree', settings: quickDraft['reelql.draft'].settings }),
    );
    const page = await studio.visit();
    const tree = tile(page, 'A green tree');
    await tile(page, 'A green tree', 'Finished').waitFor();
    await link(tree).focus();
    await page.keyboard.press('Delete');
    await expect.poll(() => tree.count()).toBe(0);
    await page.getByRole('button', { name: 'Undo' }).click();
    await tree.waitFor();
    await link(tree).focus();
    await page.keyboard.press('Delete');
    await expect.poll(() => tree.count()).toBe(0);
    await expect
      .poll(() => studio.use((client) => client.generations.get(made.id)).then(String, ({ code }) => code))
      .toBe('NOT_FOUND');
  });

  it('is copied as a program that makes it again', async () => {
    const page = await studio.visit({
      path: `/g/${encodeURIComponent(original.id)}`,
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    for (const [name, part] of [
      ['GraphQL', 'mutation'],
      ['TypeScript', '@reelql/sdk'],
      ['Python', 'import'],
      ['Command line', 'reelql generate'],
    ] as const) {
      await page.getByRole('group', { name: 'Copy as' }).getByRole('button', { name }).click();
      const copied = () => page.evaluate(() => navigator.clipboard.readText());
      await expect.poll(copied).toContain(part);
      expect(await copied()).toContain(prompt);
    }
  });

  it('has four variations', async () => {
    const page = await studio.visit({ path: `/g/${encodeURIComponent(original.id)}` });
    const before = await studio.use(async (client) => (await client.generations.list({ first: 1 })).totalCount);
    await page.getByRole('button', { name: '4 variations' }).click();
    await page.getByText('4 videos asked for').waitFor();
    const { edges } = await studio.use((client) => client.generations.list({ first: 4 }));
    expect(new Set(edges.map(({ node }) => node.settings.seed)).size).toBe(4);
    expect(await studio.use(async (client) => (await client.generations.list({ first: 1 })).totalCount)).toBe(
      before + 4,
    );
  });
});

async function phasesOf(events: AsyncIterable<GenerationEvent>): Promise<Set<string>> {
  const phases = new Set<string>();
  for await (const event of events) if (event.__typename === 'GenerationProgressed') phases.add(event.progress.phase);
  return phases;
}
