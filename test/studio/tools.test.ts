import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Generation } from '../../clients/sdk/src/index.js';
import { describeStudio, link, promptBox, quickDraft, Studio, tile } from './studio.js';

const prompts = ['A red car', 'A blue boat', 'A green tree', 'An orange cat'];
const { settings } = quickDraft['reelql.draft'];

describeStudio('tools', () => {
  let studio: Studio;
  let made: Generation[];
  beforeAll(async () => {
    studio = await Studio.start();
    made = await studio.use(async (client) => {
      const handles = await client.generations.createMany(
        prompts.map((prompt, index) => ({ prompt, settings: { ...settings, seed: index + 1 } })),
      );
      for (const handle of handles) await handle.result();
      return Promise.all(handles.map(({ id }) => client.generations.get(id)));
    });
  });
  afterAll(() => studio.close());

  const fileOf = async (generation: Generation | undefined) => {
    const url = generation?.artifacts.find(({ kind }) => kind === 'VIDEO')?.url ?? '';
    return Buffer.from(await (await fetch(new URL(url, studio.url))).arrayBuffer());
  };

  it('compares two and four, which show the same moment wherever the slider is', async () => {
    const page = await studio.visit();
    for (const [count, start] of [
      [2, 'Shift+ArrowRight'],
      [4, 'Shift+ArrowRight'],
    ] as const) {
      await link(page.getByRole('gridcell').first()).focus();
      for (let more = 1; more < count; more += 1) await page.keyboard.press(start);
      await page.getByRole('toolbar', { name: `${count} selected` }).waitFor();
      await page.keyboard.press('c');
      const videos = page.getByRole('dialog', { name: 'Compare' }).locator('video');
      await expect.poll(() => videos.count()).toBe(count);
      const slider = page.getByRole('slider', { name: 'Place in the video' });
      await slider.focus();
      await page.keyboard.press('End');
      await expect.poll(() => framesShown(page)).toEqual(Array.from({ length: count }, () => 8));
      await slider.fill('0.2');
      await expect.poll(() => framesShown(page)).toEqual(Array.from({ length: count }, () => 3));
      await page.keyboard.press('Escape');
      await expect.poll(() => page.getByRole('dialog').count()).toBe(0);
      await page.keyboard.press('Escape');
      await expect.poll(() => page.getByRole('toolbar').count()).toBe(0);
    }
  });

  it('makes a grid of two settings as one batch, which is there again after a reload', async () => {
    const page = await studio.visit({ stored: { 'reelql.draft': { prompt: 'A red car', settings } } });
    await page.getByRole('button', { name: 'Parameter grid' }).click();
    await page.getByRole('textbox', { name: 'Values' }).first().fill('2, 3');
    await page.getByRole('textbox', { name: 'Values' }).last().fill('1, 2');
    await page.getByRole('button', { name: 'Make 4 videos' }).click();
    await page.getByText('4 of 4 finished').waitFor();
    await page.getByRole('columnheader', { name: 'Steps 3' }).waitFor();
    await page.reload();
    await page.getByRole('button', { name: 'Parameter grid' }).click();
    await page.getByText('4 of 4 finished').waitFor();
    const { edges } = await studio.use((client) => client.generations.list({ first: 4 }));
    const made = edges.map(({ node: { settings: one } }) => [one.steps, one.guidanceScale, one.seed]);
    expect(made.map(([steps, guidance]) => `${steps}/${guidance}`).toSorted()).toEqual(['2/1', '2/2', '3/1', '3/2']);
    expect(new Set(made.map(([, , seed]) => seed)).size).toBe(1);
  });

  it('takes the settings from a video that is dropped', async () => {
    const page = await studio.visit();
    await tile(page, 'A blue boat').waitFor();
    await drop(page, { name: 'boat.mp4', type: 'video/mp4', bytes: await fileOf(made[1]) });
    await page.getByText('The settings of boat.mp4 are in the form.').waitFor();
    expect(await promptBox(page).inputValue()).toBe('A blue boat');
    await page.keyboard.press('Control+Enter');
    await expect.poll(() => tile(page, 'A blue boat', 'Finished').count()).toBe(2);
    const { edges } = await studio.use((client) => client.generations.list({ first: 1 }));
    expect(edges[0]?.node.settings).toEqual(made[1]?.settings);
  });

  it('says of a video of somebody else that it does not know how it was made', async () => {
    const page = await studio.visit();
    await drop(page, { name: 'other.mp4', type: 'video/mp4', bytes: Buffer.alloc(64) });
    await page.getByText('other.mp4 does not say how it was made.').waitFor();
  });

  it('begins a video with a picture that is dropped', async () => {
    const page = await studio.visit({ stored: quickDraft });
    const bytes = await readFile('docs/studio/gallery.webp').then((image) =>
      sharp(image).resize(128, 96).png().toBuffer(),
    );
    await drop(page, { name: 'first.png', type: 'image/png', bytes });
    await page.getByRole('img', { name: 'The video begins with this picture' }).waitFor();
    await promptBox(page).fill('Out of a picture');
    await page.keyboard.press('Control+Enter');
    await tile(page, 'Out of a picture', 'Finished').waitFor();
    const { edges } = await studio.use((client) => client.generations.list({ first: 1 }));
    expect(edges[0]?.node.firstFrame).toBeTruthy();
  });

  it('is driven by hotkeys, which a sheet and a palette show', async () => {
    const page = await studio.visit();
    const cat = tile(page, 'An orange cat');
    await link(cat.first()).focus();
    await page.keyboard.press('.');
    await cat.getByRole('button', { name: 'Remove the star' }).waitFor();
    await page.keyboard.press('Shift+Slash');
    await page.getByRole('dialog', { name: 'Keyboard' }).waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').fill('queue');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Machine' }).waitFor();
    await page.keyboard.press('Escape');
    await link(cat.first()).focus();
    await page.keyboard.press('s');
    await expect.poll(() => promptBox(page).inputValue()).toBe('An orange cat');
    await expect.poll(() => promptBox(page).evaluate((box) => box === document.activeElement)).toBe(true);
  });

  it('shows what a model is for and where its limits are, from beside its name', async () => {
    const page = await studio.visit();
    const [{ card } = { card: null }] = await studio.use((client) => client.models());
    await page.getByRole('button', { name: 'Settings', exact: true }).click();
    const about = page.getByRole('button', { name: 'About Toy world' });
    await about.focus();
    await page.keyboard.press('Enter');
    const shown = page.getByRole('dialog', { name: 'Toy world' });
    await shown.getByRole('heading', { name: 'What it is for' }).waitFor();
    const text = await shown.innerText();
    for (const said of Object.values(card ?? {}).filter((one) => one !== null)) expect(text).toContain(said);
    expect(text).toMatch(/Licence of the weights\s+Apache-2\.0/);
    await page.keyboard.press('Escape');
    await expect.poll(() => about.evaluate((button) => button === document.activeElement)).toBe(true);
  });

  it('puts first what is asked for with Ctrl+Shift+Enter', async () => {
    await studio.use((client) => client.setQueuePaused(true));
    const page = await studio.visit({ stored: quickDraft });
    await promptBox(page).fill('The patient one');
    await page.keyboard.press('Control+Enter');
    await tile(page, 'The patient one', 'Waiting').waitFor();
    await promptBox(page).fill('The urgent one');
    await page.keyboard.press('Control+Shift+Enter');
    await tile(page, 'The urgent one', 'Waiting').waitFor();
    const { entries } = await studio.use((client) => client.queue());
    expect(entries.edges.map(({ node }) => node.prompt)).toEqual(['The urgent one', 'The patient one']);
  });
});

/** Of each video that is compared: the frame on the screen. */
function framesShown(page: Page): Promise<number[]> {
  return page
    .getByRole('dialog')
    .locator('video')
    .evaluateAll((videos) =>
      (videos as HTMLVideoElement[]).map(({ currentTime, seeking }) => (seeking ? -1 : Math.floor(currentTime * 16))),
    );
}

/** Lets go of a file over the page, as a file manager does. */
async function drop(page: Page, { name, type, bytes }: { name: string; type: string; bytes: Buffer }): Promise<void> {
  const transfer = await page.evaluateHandle(
    ([text, fileName, fileType]) => {
      const data = new DataTransfer();
      const content = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
      data.items.add(new File([content], fileName, { type: fileType }));
      return data;
    },
    [bytes.toString('base64'), name, type] as const,
  );
  await page.dispatchEvent('body', 'dragenter', { dataTransfer: transfer });
  await page.getByText('Drop it here').waitFor();
  await page.dispatchEvent('body', 'drop', { dataTransfer: transfer });
}
