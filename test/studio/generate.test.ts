import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  describeStudio,
  generateButton,
  played,
  preview,
  promptBox,
  quickDraft,
  Studio,
  slowDraft,
  tile,
} from './studio.js';

describeStudio('a generation in the page', () => {
  let studio: Studio;
  beforeAll(async () => {
    studio = await Studio.start();
  });
  afterAll(() => studio.close());

  it('is asked for by the keyboard alone, sharpens before the eyes and plays in place', async () => {
    const page = await studio.visit({ stored: slowDraft });
    // The prompt has the focus from the first moment on.
    await expect.poll(() => promptBox(page).evaluate((box) => box === document.activeElement)).toBe(true);
    await page.keyboard.type('A red car at sunset');
    await expect.poll(() => generateButton(page).textContent()).toMatch(/≈ [\d.]+ .*[MG]B|first one measures/);
    await page.keyboard.press('Control+Enter');
    const made = tile(page, 'A red car at sunset');
    await preview(made).waitFor();
    await studio.frozen(async () => {
      expect(await made.locator('video').count()).toBe(0);
      expect(await made.getByRole('progressbar').getAttribute('aria-valuenow')).toMatch(/^\d+$/);
    });
    await tile(page, 'A red car at sunset', 'Finished').waitFor();
    await expect.poll(() => played(made.locator('video'))).toBeGreaterThan(0);
    await expect.poll(() => page.getByRole('log').textContent()).toBe('Finished: A red car at sunset');
  });

  it('goes on in the page after a reload', async () => {
    const page = await studio.visit({ stored: slowDraft });
    await promptBox(page).fill('A blue boat on the sea');
    await generateButton(page).click();
    const made = tile(page, 'A blue boat on the sea');
    await preview(made).waitFor();
    await studio.frozen(async () => {
      await page.reload();
      await preview(made).waitFor();
    });
    expect(await promptBox(page).inputValue()).toBe('A blue boat on the sea');
    await tile(page, 'A blue boat on the sea', 'Finished').waitFor();
    await expect.poll(() => played(made.locator('video'))).toBeGreaterThan(0);
  });

  it('is canceled, and asked for again, from its tile', async () => {
    const page = await studio.visit({ stored: slowDraft });
    await promptBox(page).fill('A green tree');
    await page.keyboard.press('Control+Enter');
    const made = tile(page, 'A green tree');
    await preview(made).waitFor();
    await studio.frozen(async () => {
      await made.getByRole('button', { name: 'Cancel' }).click();
      await tile(page, 'A green tree', 'Canceled').waitFor();
    });
    await made.getByRole('button', { name: 'Try again' }).click();
    await expect.poll(() => made.count()).toBe(2);
    await preview(made.first()).waitFor();
    await studio.frozen(async () => {
      await made.first().getByRole('button', { name: 'Cancel' }).click();
      await expect.poll(() => tile(page, 'A green tree', 'Canceled').count()).toBe(2);
    });
  });

  it('shows up in every page that looks, and in another tab at once', async () => {
    const [here, there] = await Promise.all([studio.visit({ stored: quickDraft }), studio.visit()]);
    await promptBox(here).fill('An orange cat');
    await here.keyboard.press('Control+Enter');
    await tile(there, 'An orange cat', 'Finished').waitFor();
  });

  it('asks nobody but its server, and complains of nothing', () => {
    expect(studio.strangers).toEqual([]);
    expect(studio.complaints).toEqual([]);
  });
});

describeStudio('kill -9 of the server', () => {
  it('is said, and over when it is back: the page carries on by itself and the video is finished', async () => {
    const studio = await Studio.start();
    try {
      const page = await studio.visit({ stored: { 'reelql.draft': { settings: { steps: 60, frameCount: 33 } } } });
      await promptBox(page).fill('A yellow bus in the rain');
      await page.keyboard.press('Control+Enter');
      const made = tile(page, 'A yellow bus in the rain');
      await preview(made).waitFor();
      const checkpoints = () => readdir(join(studio.folder, 'data/work/checkpoints'));
      await expect.poll(checkpoints, { interval: 20 }).toContainEqual(expect.stringMatching(/\.safetensors$/));
      await studio.kill();
      const banner = page.getByText('The server does not answer. Trying again');
      await banner.waitFor();
      // What was seen stays.
      expect(await preview(made).isVisible()).toBe(true);
      await studio.restart();
      await banner.waitFor({ state: 'hidden' });
      await made.getByText(/Resumed at step [1-9]/).waitFor();
      await tile(page, 'A yellow bus in the rain', 'Finished').waitFor();
      await expect.poll(() => played(made.locator('video'))).toBeGreaterThan(0);
    } finally {
      await studio.close();
    }
  });
});
