import { mkdir, readdir, stat } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ApiServer } from '../support/api-server.js';
import { SmallDevice } from './small-device.js';
import {
  describeStudio,
  generateButton,
  link,
  preview,
  promptBox,
  Studio,
  slowDraft,
  tile,
  type VisitOptions,
} from './studio.js';

/** `npm run screenshots` writes what the page looks like in each state. */
const folder = 'docs/studio';
const mostBytes = 600_000;

/** Each is made and ended before the next, so that the gallery has them in the opposite order: the last two are compared. */
const library = [
  ['A large blue hot-air balloon rising over snowy mountains at sunrise', 192, 192],
  ['A white sailboat sailing to the left on the ocean at sunset', 256, 160],
  ['一辆红色的跑车在沙漠公路上飞快地行驶，日落时', 256, 160],
  ['A red rocket landing in a meadow in bright daylight', 160, 192],
  ['A pink fish swimming to the right in a coral reef', 256, 160],
  ['A yellow bus driving slowly on a city street in the rain at night', 256, 160],
  ['A red sports car speeding through a desert highway at sunset', 256, 160],
  ['A red sports car speeding through a desert highway at sunset', 256, 160],
] as const;

const phone = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true, deviceScaleFactor: 1.5 };
/** The newest ones stand; how many there is room for depends on the screen. */
const allFinished = (page: Page) =>
  page
    .getByRole('gridcell', { name: /Finished|已完成/ })
    .nth(2)
    .waitFor();
const openFirst = async (page: Page) => {
  await allFinished(page);
  await link(page.getByRole('gridcell', { name: /Finished|已完成/ }).first()).click();
  await page.getByRole('dialog').waitFor();
};
/** All videos of a dialog stand still at a moment in the middle. */
const middle = async (page: Page) => {
  const slider = page.getByRole('slider', { name: 'Place in the video' });
  // Frames of one, seconds of several.
  await slider.fill(String(Math.floor(Number(await slider.getAttribute('max')) / 2)));
  await expect
    .poll(() =>
      page
        .getByRole('dialog')
        .locator('video')
        .evaluateAll((videos) =>
          (videos as HTMLVideoElement[]).every(({ seeking, readyState }) => !seeking && readyState > 1),
        ),
    )
    .toBe(true);
};
const select = async (page: Page, count: number) => {
  await allFinished(page);
  await link(page.getByRole('gridcell', { name: /Finished/ }).first()).focus();
  for (let more = 1; more < count; more += 1) await page.keyboard.press('Shift+ArrowRight');
  await page.getByRole('toolbar').waitFor();
};

/** A visit, and what is done before the picture is taken. */
type Scene = readonly [name: string, options: VisitOptions, ready: (page: Page) => Promise<unknown>];

const finished: readonly Scene[] = [
  ['phone', phone, allFinished],
  ['chinese', { locale: 'zh-CN', colorScheme: 'light' }, allFinished],
  [
    'settings',
    {},
    async (page) => {
      await page.getByRole('button', { name: 'Settings', exact: true }).click();
      await page.getByRole('slider').first().waitFor();
    },
  ],
  [
    'model-card',
    { colorScheme: 'light' },
    async (page) => {
      await allFinished(page);
      await page.getByRole('button', { name: 'Settings', exact: true }).click();
      await page.getByRole('button', { name: 'About Toy world' }).click();
      await page.getByRole('dialog').waitFor();
    },
  ],
  ['selected', {}, (page) => select(page, 3)],
  [
    'detail',
    {},
    async (page) => {
      await openFirst(page);
      await middle(page);
    },
  ],
  [
    'detail-phone',
    { ...phone, colorScheme: 'light' },
    async (page) => {
      await openFirst(page);
      await middle(page);
    },
  ],
  [
    'crop-and-subtitles',
    {},
    async (page) => {
      await openFirst(page);
      await page.getByRole('button', { name: 'Crop and subtitles' }).click();
      await page.getByRole('checkbox', { name: 'Crop the picture' }).check();
      await page.getByRole('button', { name: 'Add a line' }).click();
      await page.getByRole('textbox', { name: 'Text' }).fill('To the coast, 再见');
      await page.getByText('this takes no new denoising').waitFor();
    },
  ],
  [
    'compare',
    {},
    async (page) => {
      await select(page, 2);
      await page.keyboard.press('c');
      await middle(page);
    },
  ],
  [
    'compare-wipe',
    { colorScheme: 'light' },
    async (page) => {
      await select(page, 2);
      await page.keyboard.press('c');
      await page.getByRole('button', { name: 'Wipe' }).click();
      await middle(page);
    },
  ],
  [
    'palette',
    {},
    async (page) => {
      await allFinished(page);
      await page.keyboard.press('Control+k');
      await page.getByRole('combobox').waitFor();
    },
  ],
  [
    'hotkeys',
    {},
    async (page) => {
      await allFinished(page);
      await page.getByRole('button', { name: 'Keyboard and help' }).click();
      await page.getByRole('dialog').waitFor();
    },
  ],
  [
    'no-match',
    {},
    async (page) => {
      await page.getByRole('searchbox').fill('giraffe');
      await page.getByRole('heading', { name: 'Nothing fits these filters' }).waitFor();
    },
  ],
];

describeStudio('the studio, seen', () => {
  let studio: Studio;
  beforeAll(async () => {
    await mkdir(folder, { recursive: true });
    studio = await Studio.start({ env: { REELQL_QUEUE_CAPACITY: '12' } });
  });
  afterAll(() => studio.close());

  async function shoot(page: Page, name: string): Promise<void> {
    // Nothing lies under the pointer.
    await page.mouse.move(0, 0);
    const estimate = page.locator('#estimate');
    if (await estimate.count()) await expect.poll(() => estimate.textContent()).not.toBe('');
    await page.evaluate(() => Promise.all([...document.images].map((image) => image.decode().catch(() => {}))));
    const png = await page.screenshot({ animations: 'disabled', caret: 'hide' });
    await sharp(png).webp({ quality: 58, effort: 6, smartSubsample: true }).toFile(`${folder}/${name}.webp`);
  }

  async function take(scenes: readonly Scene[]): Promise<void> {
    for (const [name, options, ready] of scenes) {
      const page = await studio.visit({ colorScheme: 'dark', ...options });
      await ready(page);
      await shoot(page, name);
      await page.context().close();
    }
  }

  it('where nothing is yet', async () => {
    await take([
      ['empty', {}, (page) => page.getByRole('heading', { name: 'Nothing here yet' }).waitFor()],
      [
        'loading',
        { colorScheme: 'light' },
        async (page) => {
          await page.route('**/graphql', async (route) => {
            if (!route.request().postData()?.includes('query Generations(')) await route.continue();
          });
          await page.reload();
          await page.getByRole('status', { name: 'Fetching the videos …' }).waitFor();
        },
      ],
      [
        'error',
        { colorScheme: 'light' },
        async (page) => {
          await page.route('**/graphql', async (route) => {
            if (route.request().postData()?.includes('query Generations(')) await route.abort('connectionreset');
            else await route.continue();
          });
          await page.reload();
          await page.getByRole('heading', { name: 'The videos could not be fetched' }).waitFor();
        },
      ],
    ]);
  });

  it('with videos', async () => {
    await studio.use(async (client) => {
      for (const [index, [prompt, width, height]] of library.entries()) {
        await (await client.generate({ prompt, settings: { width, height, seed: index + 1 } })).result();
      }
    });
    await take(finished);
  }, 600_000);

  it('at work', async () => {
    const page = await studio.visit({ colorScheme: 'dark', stored: slowDraft });
    await allFinished(page);
    const ask = async (prompt: string) => {
      await promptBox(page).fill(prompt);
      await expect.poll(() => generateButton(page).getAttribute('aria-busy')).toBe('false');
      await page.keyboard.press('Control+Enter');
      await tile(page, prompt).waitFor();
    };
    await ask('A red rocket rising into the night sky');
    await ask('A black bird over the sea');
    await ask('A green car in the snow');
    await preview(tile(page, 'A red rocket rising into the night sky')).waitFor();
    await tile(page, 'A red rocket rising into the night sky')
      .getByText(/step (2\d|[34]\d)\/50/)
      .waitFor();
    await promptBox(page).fill('A yellow submarine in the moonlight');
    await shoot(page, 'gallery');
    await page.getByRole('button', { name: /^Queue and devices/ }).click();
    await page.getByText(/^Works on/).waitFor();
    await shoot(page, 'machine');
    await page.keyboard.press('Escape');
    await studio.use((client) => client.setQueuePaused(true));
    await studio.kill();
    await page.getByText('The server does not answer. Trying again').waitFor();
    await shoot(page, 'offline');
    await page.context().close();
  }, 600_000);

  it('of which a grid is made', async () => {
    await studio.restart();
    await studio.use((client) => client.setQueuePaused(false));
    const draft = { prompt: 'A blue boat on the sea at sunset', settings: { frameCount: 17 } };
    const plan = {
      columns: { name: 'steps', text: '2, 6, 16', replaces: '' },
      rows: { name: 'guidanceScale', text: '1, 4', replaces: '' },
    };
    const page = await studio.visit({
      colorScheme: 'dark',
      stored: { 'reelql.draft': draft, 'reelql.gridPlan': plan },
    });
    await allFinished(page);
    await page.getByRole('button', { name: 'Parameter grid' }).click();
    await page.getByRole('button', { name: 'Make 6 videos' }).waitFor();
    await shoot(page, 'grid-plan');
    await page.getByRole('button', { name: 'Make 6 videos' }).click();
    await page.getByText('6 of 6 finished').waitFor();
    await shoot(page, 'grid');
    await page.context().close();
  }, 600_000);

  it('refusing', async () => {
    await studio.use(async (client) => {
      await client.setQueuePaused(true);
      const { edges } = await client.generations.list({ first: 20, filter: { status: ['QUEUED', 'RUNNING'] } });
      for (const { node } of edges) await client.generations.cancel(node.id);
    });
    await studio.kill();
    await studio.restart({ REELQL_QUEUE_CAPACITY: '1' });
    await studio.use((client) => client.generate({ prompt: 'A waiting boat' }));
    await take([
      [
        'queue-full',
        { stored: { 'reelql.draft': { prompt: 'A second boat' } } },
        async (page) => {
          await allFinished(page);
          await generateButton(page).click();
          await page.getByText('The queue is full').waitFor();
        },
      ],
    ]);
    const server = await ApiServer.start({ scheduler: new SmallDevice() });
    try {
      const large = { prompt: 'A very large fish', settings: { width: 512, height: 320 } };
      await take([
        [
          'does-not-fit',
          { colorScheme: 'light', stored: { 'reelql.draft': large } },
          async (page) => {
            await page.goto(server.url);
            await page.getByText('Too large for the memory').waitFor();
          },
        ],
      ]);
    } finally {
      await server.close();
    }
    await studio.kill();
    await studio.restart({ REELQL_AUTH: 'keys' });
    await take([['unauthorised', {}, (page) => page.getByRole('textbox', { name: 'API key' }).waitFor()]]);
  }, 600_000);

  it('small enough to come with every clone', async () => {
    const sizes = (await readdir(folder)).map(async (name) => (await stat(`${folder}/${name}`)).size);
    expect((await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)).toBeLessThan(mostBytes);
  });
});
