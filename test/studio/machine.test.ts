import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { describeStudio, quickDraft, Studio } from './studio.js';

const prompts = ['A red car', 'A blue boat', 'A green tree'];

describeStudio('queue and devices', () => {
  let studio: Studio;
  beforeAll(async () => {
    studio = await Studio.start();
    await studio.use((client) => client.setQueuePaused(true));
  });
  afterAll(() => studio.close());

  beforeEach(() =>
    studio.use(async (client) => {
      for (const { node } of (await client.generations.list({ first: 50 })).edges) {
        await client.generations.cancel(node.id);
        await client.generations.delete(node.id);
      }
      for (const prompt of prompts) await client.generate({ prompt, settings: quickDraft['reelql.draft'].settings });
    }),
  );

  const visit = async () => {
    const page = await studio.visit({ path: '/machine' });
    const waiting = page.getByRole('dialog', { name: 'Machine' }).locator('li[draggable]');
    await expect.poll(() => waiting.count()).toBe(3);
    const order = async () => (await waiting.allInnerTexts()).map((text) => prompts.find((one) => text.includes(one)));
    expect(await order()).toEqual(prompts);
    return { page, waiting, order };
  };

  it('lets what waits be dragged to another place, and the server runs it in that order', async () => {
    const { waiting, order } = await visit();
    await waiting.nth(2).dragTo(waiting.nth(0));
    const dragged = ['A green tree', 'A red car', 'A blue boat'];
    await expect.poll(order).toEqual(dragged);
    const queue = await studio.use((client) => client.queue());
    expect(queue.entries.edges.map(({ node }) => node.prompt)).toEqual(dragged);
  });

  it('lets it be moved by arrow keys too, and be canceled', async () => {
    const { page, waiting, order } = await visit();
    await page.getByRole('button', { name: 'Move “A red car”' }).focus();
    await page.keyboard.press('ArrowDown');
    await expect.poll(order).toEqual(['A blue boat', 'A red car', 'A green tree']);
    await waiting.filter({ hasText: 'A blue boat' }).getByRole('button', { name: 'Cancel' }).click();
    await expect.poll(order).toEqual(['A red car', 'A green tree']);
  });

  it('shows what the memory holds, and lets the queue go on', async () => {
    const { page, waiting } = await visit();
    const memory = page.getByRole('figure', { name: /^Memory of / });
    expect(await memory.getByRole('term').allTextContents()).toEqual([
      'Weights',
      'Activations',
      'Headroom',
      'Other programs',
      'Free',
      'In all',
    ]);
    await page.getByRole('button', { name: 'Let the queue go on' }).click();
    await expect.poll(() => waiting.count()).toBe(0);
    await page.getByText('Text encoder').waitFor();
    await page.getByRole('button', { name: 'Pause the queue' }).click();
    await page.getByText('Paused: what runs goes on, nothing new starts.').waitFor();
    expect((await studio.use((client) => client.queue())).paused).toBe(true);
  });
});
