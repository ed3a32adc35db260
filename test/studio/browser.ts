import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the one browser of all tests listens; null where there is none. */
    readonly browser: string | null;
    /** Its process. */
    readonly browserPid: number;
  }
}

/** Starts one browser for all test files. Vitest calls it. */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
  if (!existsSync(executablePath)) {
    const missing = `No browser at ${executablePath}: apt-get install chromium, or set CHROMIUM.`;
    // Who names one wants the tests to run.
    if (process.env.CHROMIUM) throw new Error(missing);
    console.warn(`${missing} Every test of the studio is skipped.`);
    project.provide('browser', null);
    return undefined;
  }
  const browser = await chromium.launchServer({ executablePath, args: browserArguments });
  project.provide('browser', browser.wsEndpoint());
  project.provide('browserPid', browser.process().pid ?? 0);
  return () => browser.close();
}

/** Root has no sandbox; nothing here has a graphics card; videos without sound may begin by themselves. */
export const browserArguments = ['--no-sandbox', '--disable-gpu'];
