import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the one browser of all tests listens; null where there is none. */
    readonly browser: string | null;
  }
}

/** Starts one browser for all test files. Vitest calls it. */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
  if (!existsSync(executablePath)) {
    console.warn(
      `No browser at ${executablePath}: every test of the studio is skipped. apt-get install chromium, or set CHROMIUM.`,
    );
    project.provide('browser', null);
    return undefined;
  }
  const browser = await chromium.launchServer({ executablePath, args: browserArguments });
  project.provide('browser', browser.wsEndpoint());
  return () => browser.close();
}

/** Root has no sandbox; nothing here has a graphics card; videos without sound may begin by themselves. */
export const browserArguments = ['--no-sandbox', '--disable-gpu'];
