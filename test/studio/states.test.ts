import { afterAll, beforeAll, expect, it } from 'vitest';
import { ApiServer } from '../support/api-server.js';
import { SmallDevice } from './small-device.js';
import { describeStudio, preview, promptBox, quickDraft, Studio, slowDraft, tile } from './studio.js';

describeStudio('where there is no video yet', () => {
  let studio: Studio;
  beforeAll(async () => {
    studio = await Studio.start({ env: { REELQL_QUEUE_CAPACITY: '1' } });
  });
  afterAll(() => studio.close());

  it('an empty gallery says how to begin, and each of its three prompts does', async () => {
    const page = await studio.visit({ stored: quickDraft });
    await page.getByRole('heading', { name: 'Nothing here yet' }).waitFor();
    const examples = page.getByRole('group', { name: 'Try one of these' }).getByRole('button');
    await expect.poll(() => examples.count()).toBe(3);
    const prompt = (await examples.first().textContent()) ?? '';
    await examples.first().click();
    expect(await promptBox(page).inputValue()).toBe(prompt);
    await page.keyboard.press('Control+Enter');
    await tile(page, prompt, 'Finished').waitFor();
    expect(await page.getByRole('heading', { name: 'Nothing here yet' }).count()).toBe(0);
  });

  it('is said in Chinese where the browser speaks it, and is remedied', async () => {
    const page = await studio.visit({ stored: quickDraft, locale: 'zh-CN' });
    const box = page.getByRole('textbox', { name: '视频里要出现什么？' });
    const examples = page.getByRole('group', { name: '试试这些' }).getByRole('button');
    await expect.poll(() => examples.count()).toBe(3);
    for (const text of await examples.allInnerTexts()) expect(text).toMatch(/\p{Script=Han}/u);
    await page.getByRole('button', { name: '设置' }).first().click();
    await page.getByRole('button', { name: '关于“Toy world”' }).click();
    const card = page.getByRole('dialog', { name: 'Toy world' });
    for (const heading of ['用途', '训练数据', '局限与风险'])
      await card.getByRole('heading', { name: heading }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: '设置' }).first().click();
    await box.fill('一只橙色的猫');
    expect(await page.evaluate(() => document.documentElement.lang)).toBe('zh-Hans');
    await page.getByRole('button', { name: '生成', exact: true }).click();
    await page.getByRole('gridcell', { name: '一只橙色的猫。已完成' }).waitFor();
    expect(await page.locator('body').innerText()).not.toMatch(/\b(Generate|Settings|Your videos|Finished)\b/);
  });

  it('one that is still on its way is seen, and one that cannot be had says so and is asked for again', async () => {
    const waiting = await studio.use(async (client) => {
      await client.setQueuePaused(true);
      return (await client.generate({ prompt: 'A waiting boat' })).id;
    });
    const page = await studio.visit({ path: '/healthz' });
    // What the page asks of the gallery waits here; then it is answered, or the connection is cut.
    let decide: (answer: boolean) => void = () => {};
    let answered: Promise<boolean>;
    const hold = () => {
      answered = new Promise((resolve) => {
        decide = resolve;
      });
    };
    hold();
    await page.route('**/graphql', async (route) => {
      if (!route.request().postData()?.includes('query Generations(')) return route.continue();
      return (await answered) ? route.continue() : route.abort('connectionreset');
    });
    await page.goto(studio.url);
    await page.getByRole('status', { name: 'Fetching the videos …' }).waitFor();
    decide(false);
    const failed = page.getByRole('heading', { name: 'The videos could not be fetched' });
    await failed.waitFor();
    // The page looks by itself now and then: nothing may come of that before the button is pressed.
    hold();
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect.poll(() => failed.count()).toBe(0);
    decide(true);
    await tile(page, 'A waiting boat', 'Waiting').waitFor();
    await studio.use(async (client) => client.generations.cancel(waiting));
  });

  it('a full queue says so and keeps the prompt; one more try gets in when there is room', async () => {
    const first = await studio.use(async (client) => {
      await client.setQueuePaused(true);
      return (await client.generate({ prompt: 'A waiting boat', settings: { steps: 2 } })).id;
    });
    const page = await studio.visit({ stored: quickDraft });
    await promptBox(page).fill('A second boat');
    await page.keyboard.press('Control+Enter');
    const notice = page.getByRole('alert').filter({ hasText: 'The queue is full' });
    await notice.waitFor();
    expect(await promptBox(page).inputValue()).toBe('A second boat');
    await studio.use(async (client) => {
      await client.generations.cancel(first);
    });
    await notice.getByRole('button', { name: 'Try again' }).click();
    await tile(page, 'A second boat', 'Waiting').waitFor();
    await expect.poll(() => notice.count()).toBe(0);
  });

  it('what does not fit offers the largest that does, in one click', async () => {
    const server = await ApiServer.start({ scheduler: new SmallDevice() });
    try {
      const page = await studio.visit({ stored: { 'reelql.draft': { settings: { width: 512, height: 320 } } } });
      await page.goto(server.url);
      const notice = page.getByRole('alert').filter({ hasText: 'Too large for the memory of this machine' });
      await notice.waitFor();
      await notice.getByRole('button', { name: 'Use 256 × 160, 33 frames' }).click();
      await expect.poll(() => notice.count()).toBe(0);
      await promptBox(page).fill('A very large fish');
      await page.keyboard.press('Control+Enter');
      await tile(page, 'A very large fish', 'Waiting').waitFor();
    } finally {
      await server.close();
    }
  });
});

describeStudio('a key, on a server that executes trusted documents only', () => {
  let studio: Studio;
  let secret = '';
  beforeAll(async () => {
    studio = await Studio.start({ env: { REELQL_AUTH: 'keys', REELQL_TRUSTED_DOCUMENTS: 'only' } });
  });
  afterAll(() => studio.close());

  it('is asked for, refused where it is wrong, and works where it is right', async () => {
    const created = await studio.command('keys', 'create', '--name', 'studio', '--role', 'creator');
    secret = /rql_[\w-]{43}/.exec(created)?.[0] ?? '';
    expect(secret).not.toBe('');
    const page = await studio.visit({ stored: quickDraft });
    const field = page.getByRole('textbox', { name: 'API key' });
    await field.fill('rql_wrong');
    await page.keyboard.press('Enter');
    await page.getByText('The server does not know the key that this browser has.').waitFor();
    await field.fill(secret);
    await page.keyboard.press('Enter');
    await promptBox(page).fill('A red fish');
    await page.keyboard.press('Control+Enter');
    const made = tile(page, 'A red fish', 'Finished');
    await made.waitFor();
    const poster = made.getByRole('img', { name: 'A red fish' });
    await expect.poll(() => poster.evaluate((image) => (image as HTMLImageElement).naturalWidth)).toBeGreaterThan(0);
  });

  it('is all that the page needs', async () => {
    // What came before the right key is not held against the page.
    studio.complaints.length = 0;
    const page = await studio.visit({ stored: { ...slowDraft, 'reelql.apiKey': secret } });
    await promptBox(page).fill('A white bird');
    await page.keyboard.press('Control+Enter');
    const made = tile(page, 'A white bird');
    await preview(made).waitFor();
    await studio.frozen(async () => {
      await made.getByRole('button', { name: 'Cancel' }).click();
      await tile(page, 'A white bird', 'Canceled').waitFor();
    });
    expect(studio.complaints).toEqual([]);
  });
});
