import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeStudio, link, quickDraft, Studio, tile } from './studio.js';

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What a person with a screen reader, weak eyes or no mouse would stumble over: rule and where, colours in the dark and in the light. */
async function barriers(page: Page): Promise<string[]> {
  // Through the debugger: the policy of the page lets no program in.
  if (!(await page.evaluate('"axe" in window'))) await page.evaluate(axe);
  await page.emulateMedia({ colorScheme: 'dark' });
  const inTheDark = await violations(page);
  await page.emulateMedia({ colorScheme: 'light' });
  return [...inTheDark, ...(await violations(page, ['color-contrast']))];
}

/** @param rules all of them if left out */
async function violations(page: Page, rules?: string[]): Promise<string[]> {
  // Colours are measured as they are in the end; what moves for ever has none.
  await page.evaluate(() => {
    const ending = document.getAnimations().filter(({ effect }) => effect?.getTiming().iterations !== Infinity);
    return Promise.all(ending.map((animation) => animation.finished.catch(() => {})));
  });
  const results = await page.evaluate(
    (runOnly) => (window as unknown as { axe: { run(options: object): Promise<AxeResults> } }).axe.run({ runOnly }),
    rules,
  );
  return results.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map((node) => ({ id, ...node })))
    .map(({ id, target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`);
}

describeStudio('the page for everybody', () => {
  let studio: Studio;
  beforeAll(async () => {
    studio = await Studio.start();
    await studio.use(async (client) => {
      const { settings } = quickDraft['reelql.draft'];
      for (const prompt of ['A red car', 'A blue boat', 'An orange cat'])
        await (await client.generate({ prompt, settings })).result();
      await client.setQueuePaused(true);
      const canceled = await client.generate({ prompt: 'A green tree' });
      await canceled.cancel();
      await client.generate({ prompt: 'A white bird, waiting' });
    });
  });
  afterAll(() => studio.close());

  it('has no serious barrier, wherever one is', async () => {
    const page = await studio.visit();
    await tile(page, 'A red car', 'Finished').waitFor();
    expect(await barriers(page)).toEqual([]);
    await page.getByRole('button', { name: 'Settings', exact: true }).click();
    await page.getByRole('slider').first().waitFor();
    expect(await barriers(page)).toEqual([]);
    await page.getByRole('button', { name: 'About Toy world' }).click();
    await page.getByRole('dialog', { name: 'Toy world' }).waitFor();
    expect(await barriers(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await link(page.getByRole('gridcell').first()).focus();
    await page.keyboard.press('Space');
    await page.getByRole('toolbar').waitFor();
    expect(await barriers(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await link(tile(page, 'A red car', 'Finished')).click();
    await page.getByRole('button', { name: 'Crop and subtitles' }).waitFor();
    expect(await barriers(page)).toEqual([]);
    await page.goto(`${studio.url}/machine`);
    await page.getByRole('figure', { name: /^Memory of/ }).waitFor();
    expect(await barriers(page)).toEqual([]);
  });

  it('fits a screen of 360 pixels without scrolling sideways', async () => {
    const page = await studio.visit({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });
    await tile(page, 'A white bird, waiting').waitFor();
    await page.getByRole('button', { name: 'Settings', exact: true }).click();
    await page.getByRole('slider').first().waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  });

  it('shows where the keyboard is at every stop, and reaches videos and settings by it', async () => {
    // Without transitions, the focus is seen at once.
    const page = await studio.visit({ reducedMotion: 'reduce' });
    await tile(page, 'A red car', 'Finished').waitFor();
    await page.getByRole('link', { name: 'Skip to the videos' }).focus();
    const stops: string[] = [];
    for (let stop = 0; stop < 40; stop += 1) {
      await page.keyboard.press('Tab');
      const { name, shown } = await page.evaluate(lookOfFocus);
      if (name.startsWith('BODY')) break;
      expect({ name, shown }).toEqual({ name, shown: true });
      stops.push(name);
    }
    expect(stops[0]).toBe('A ReelQL, home');
    // Their text goes on with the estimate and the size.
    for (const button of ['BUTTON Generate', 'BUTTON Settings'])
      expect(stops.some((name) => name.startsWith(button))).toBe(true);
    expect(stops.some((name) => name.includes('A white bird, waiting'))).toBe(true);
  });

  it('holds still for who wants that', async () => {
    const page = await studio.visit({ reducedMotion: 'reduce' });
    const made = tile(page, 'A red car', 'Finished');
    await made.hover();
    expect(await made.locator('video').count()).toBe(0);
    expect(
      await page.evaluate(() => document.getAnimations().filter(({ playState }) => playState === 'running').length),
    ).toBe(0);
  });
});

/** What has the focus, and whether it, its box or what stands for it looks otherwise than without. Runs in the page. */
function lookOfFocus(): { name: string; shown: boolean } {
  const element = document.activeElement as HTMLElement;
  const around = [element, element.nextElementSibling, element.parentElement, element.parentElement?.parentElement];
  const look = () =>
    around
      .filter((one) => one != null)
      .map((one) => {
        const { outline, boxShadow, borderColor, transform } = getComputedStyle(one);
        return [outline, boxShadow, borderColor, transform].join();
      })
      .join();
  const focused = look();
  element.blur();
  const shown = look() !== focused;
  element.focus();
  const words = element.getAttribute('aria-label') ?? element.textContent?.slice(0, 30);
  return { name: `${element.tagName} ${words}`, shown };
}
