import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  describeStudio,
  generateButton,
  preview,
  promptBox,
  Studio,
  slowDraft,
  tile,
  type VisitOptions,
} from './studio.js';

/** `npm run screenshots` writes what the page looks like in each state. */
const folder = 'docs/studio';
const mostBytes = 60_000;

const scenes = [
  ['A red sports car speeding through a desert highway at sunset', 256, 160],
  ['A yellow bus driving slowly on a city street in the rain at night', 256, 160],
  ['An orange cat jumping up and down in a meadow on a sunny day', 192, 192],
  ['A blue fish swimming in a coral reef', 256, 160],
  ['A white boat on the sea at night', 256, 160],
  ['A green tree in the snow', 160, 192],
  ['A purple balloon rising over a city at sunset', 256, 160],
  ['一辆红色的汽车在沙漠里行驶', 256, 160],
] as const;

async function shoot(page: Page, name: string): Promise<void> {
  await page.evaluate(() => Promise.all([...document.images].map((image) => image.decode().catch(() => {}))));
  const png = await page.screenshot({ animations: 'disabled', caret: 'hide' });
  const path = `${folder}/${name}.webp`;
  // What has been read from a screen has few colours but in its videos.
  await sharp(png).webp({ quality: 78, effort: 6, smartSubsample: true }).toFile(path);
  expect((await stat(path)).size, path).toBeLessThan(mostBytes);
}

/** Visits, waits for what is to be seen, shoots and goes. */
async function scene(
  studio: Studio,
  name: string,
  options: VisitOptions,
  ready: (page: Page) => Promise<unknown>,
): Promise<void> {
  const page = await studio.visit({ colorScheme: 'dark', ...options });
  await ready(page);
  await shoot(page, name);
  await page.close();
}

const phone = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };
/** The newest ones stand; how many there is room for depends on the screen. */
const allFinished = (page: Page) =>
  page
    .getByRole('gridcell', { name: /Finished|已完成/ })
    .nth(2)
    .waitFor();

describeStudio('the studio, seen', () => {
  let studio: Studio;
  beforeAll(async () => {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    studio = await Studio.start({ env: { REELQL_QUEUE_CAPACITY: '3' } });
  });
  afterAll(() => studio.close());

  it('empty', async () => {
    await scene(studio, 'empty', {}, (page) => page.getByRole('heading', { name: 'Nothing here yet' }).waitFor());
  });

  it('full', async () => {
    await studio.use(async (client) => {
      for (const [index, [prompt, width, height]] of scenes.entries()) {
        await (await client.generate({ prompt, settings: { width, height, steps: 16, seed: index + 1 } })).result();
      }
    });
    await scene(studio, 'gallery', {}, allFinished);
    await scene(studio, 'gallery-light', { colorScheme: 'light' }, allFinished);
    await scene(studio, 'phone', phone, allFinished);
    await scene(studio, 'chinese', { locale: 'zh-CN' }, allFinished);
    await scene(studio, 'settings', {}, async (page) => {
      await allFinished(page);
      await page.getByRole('button', { name: 'Settings', exact: true }).click();
      await page.getByRole('slider').first().waitFor();
    });
    await scene(studio, 'selected', {}, async (page) => {
      await allFinished(page);
      await page.getByRole('gridcell').first().focus();
      await page.keyboard.press('Shift+ArrowRight');
      await page.getByRole('toolbar').waitFor();
    });
    await scene(studio, 'nothing-fits', {}, async (page) => {
      await allFinished(page);
      await page.getByRole('searchbox').fill('giraffe');
      await page.getByRole('heading', { name: 'Nothing fits these filters' }).waitFor();
    });
  }, 600_000);

  it('at work, without its server, and refusing', async () => {
    const page = await studio.visit({ colorScheme: 'dark', stored: slowDraft });
    await allFinished(page);
    await promptBox(page).fill('A red rocket rising into the night sky');
    await page.keyboard.press('Control+Enter');
    await promptBox(page).fill('A black bird over the sea');
    await expect.poll(() => generateButton(page).getAttribute('aria-busy')).toBe('false');
    await page.keyboard.press('Control+Enter');
    const made = tile(page, 'A red rocket rising into the night sky');
    await preview(made).waitFor();
    await made.getByText(/step (2[5-9]|[34]\d)\/50/).waitFor();
    await shoot(page, 'generating');
    await studio.use((client) => client.setQueuePaused(true));
    await studio.kill();
    await page.getByText('The server does not answer.').first().waitFor();
    await shoot(page, 'offline');
    await studio.restart();
    for (let more = 0; more < 4; more += 1) {
      await expect.poll(() => generateButton(page).getAttribute('aria-busy')).toBe('false');
      await page.keyboard.press('Control+Enter');
    }
    await page.getByText('The queue is full').waitFor();
    await shoot(page, 'queue-full');
    const small = await studio.use(async (client) => {
      const { estimate } = await client.estimate({ settings: { width: 320, height: 192, frameCount: 49 } });
      return ((await client.devices())[0]?.totalBytes ?? 0) - (estimate?.peakBytes ?? 0) * 0.9;
    });
    await studio.kill();
    await studio.restart({ REELQL_HEADROOM_BYTES: String(Math.round(small)) });
    const large = {
      'reelql.draft': { prompt: 'A very large fish', settings: { width: 320, height: 192, frameCount: 49 } },
    };
    await scene(studio, 'does-not-fit', { stored: large }, (one) =>
      one.getByText('Too large for the memory').waitFor(),
    );
    await studio.kill();
    await studio.restart({ REELQL_AUTH: 'keys' });
    await scene(studio, 'unauthorised', {}, (one) => one.getByRole('textbox', { name: 'API key' }).waitFor());
  }, 600_000);

  it('small enough to come with every clone', async () => {
    const sizes = (await readdir(folder)).map(async (name) => (await stat(`${folder}/${name}`)).size);
    expect((await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)).toBeLessThan(1_200_000);
  });
});
