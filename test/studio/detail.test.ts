import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Generation } from '../../clients/sdk/src/index.js';
import { describeStudio, promptBox, quickDraft, Studio, tile } from './studio.js';

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
    await tile(page, prompt, 'Finished').first().click();
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
    await page.getByRole('gridcell').first().focus();
    await page.keyboard.press('Enter');
    const place = page.getByRole('slider', { name: 'Place in the video' });
    await place.focus();
    await page.keyboard.press('End');
    await page.getByText('9/9', { exact: true }).waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0);
    expect(new URL(page.url()).pathname).toBe('/');
  });
});
