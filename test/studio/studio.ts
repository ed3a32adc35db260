import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Locator,
  type Page,
} from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, inject } from 'vitest';
import { WebSocket } from 'ws';
import { ReelQL } from '../../clients/sdk/src/index.js';
import { childProcesses, whileStopped } from '../support/child-processes.js';
import { Command, ended } from '../support/command.js';

/** Skipped where there is no browser. */
export const describeStudio = describe.skipIf(inject('browser') === null);

let browser: Browser;
beforeAll(async () => {
  const endpoint = inject('browser');
  if (endpoint) browser = await chromium.connect(endpoint);
});
afterAll(() => browser?.close());

/** Pages work on while nobody looks, at the cost of the next test. */
const contexts: BrowserContext[] = [];
afterEach(async () => {
  await Promise.all(contexts.splice(0).map((context) => context.close()));
});

export interface StudioOptions {
  readonly env?: NodeJS.ProcessEnv;
}

export interface VisitOptions extends BrowserContextOptions {
  /** In the studio, or a whole address of another server. */
  readonly path?: string;
  /** What an earlier visit has left in the browser, by key. */
  readonly stored?: Readonly<Record<string, unknown>>;
}

/** A server of dist/ with the bundled model and a data folder of its own, and pages that visit it. */
export class Studio {
  /** Addresses of other servers that a page has asked for: there must be none. */
  readonly strangers: string[] = [];
  /** What pages have complained of in the console, and errors that nobody caught. */
  readonly complaints: string[] = [];

  private constructor(
    readonly folder: string,
    private readonly env: NodeJS.ProcessEnv,
    private server: Command,
    readonly url: string,
  ) {}

  static async start({ env = {} }: StudioOptions = {}): Promise<Studio> {
    const folder = await mkdtemp(join(tmpdir(), 'reelql-studio-'));
    const { server, url } = await serve(folder, env, '0');
    return new Studio(folder, env, server, url);
  }

  /** Ends the server as a power cut does. */
  async kill(): Promise<void> {
    const executors = childProcesses('', this.server.pid);
    await this.server.kill('SIGKILL');
    await ended(executors);
  }

  /** While nothing is computed: a generation under way stays so, however long a page takes to be looked at. */
  frozen<Result>(work: () => Promise<Result>): Promise<Result> {
    return whileStopped(childProcesses('', this.server.pid), work);
  }

  /** Starts it again on the same port and data. */
  async restart(env: NodeJS.ProcessEnv = {}): Promise<void> {
    const { server } = await serve(this.folder, { ...this.env, ...env }, new URL(this.url).port);
    this.server = server;
  }

  /** A browser that has never been here; it is closed after the test. */
  async visit({ path = '/', stored = {}, ...options }: VisitOptions = {}): Promise<Page> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-GB', ...options });
    const page = await context.newPage();
    // A condition may take its time on a busy machine.
    page.setDefaultTimeout(60_000);
    contexts.push(context);
    page.on('request', (request) => {
      const { protocol, origin } = new URL(request.url());
      if (protocol.startsWith('http') && origin !== this.url) this.strangers.push(request.url());
    });
    page.on('websocket', (socket) => {
      if (new URL(socket.url()).host !== new URL(this.url).host) this.strangers.push(socket.url());
    });
    page.on('pageerror', (error) => this.complaints.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(message.text());
    });
    await page.addInitScript((values) => {
      for (const [key, value] of Object.entries(values)) {
        const text = typeof value === 'string' ? value : JSON.stringify(value);
        if (localStorage.getItem(key) === null) localStorage.setItem(key, text);
      }
    }, stored);
    await page.goto(new URL(path, this.url).href);
    return page;
  }

  /** Runs a command of the CLI on the same data; its standard output. */
  async command(...args: readonly string[]): Promise<string> {
    const { stdout } = await new Command('main', args, { cwd: this.folder, env: { ...quiet, ...this.env } }).finished;
    return stdout;
  }

  async use<Result>(work: (client: ReelQL) => Promise<Result>, apiKey?: string): Promise<Result> {
    const client = new ReelQL({ url: this.url, webSocket: WebSocket, apiKey });
    try {
      return await work(client);
    } finally {
      await client.close();
    }
  }

  async close(): Promise<void> {
    await this.kill();
    await rm(this.folder, { recursive: true });
  }
}

const quiet = { REELQL_LOG_LEVEL: 'silent', REELQL_DATA_DIR: 'data' };

async function serve(cwd: string, env: NodeJS.ProcessEnv, port: string): Promise<{ server: Command; url: string }> {
  const server = new Command('main', ['serve', '--port', port], { cwd, env: { ...quiet, ...env } });
  const [, url = ''] = await server.printed(/page +(http:\S+)/);
  return { server, url };
}

/** Drafts as an earlier visit has left them: one takes long enough for something to happen meanwhile, one is over soon. */
export const slowDraft = { 'reelql.draft': { settings: { steps: 50, frameCount: 17 } } };
export const quickDraft = { 'reelql.draft': { settings: { steps: 4, width: 128, height: 96, frameCount: 9 } } };

export const promptBox = (page: Page): Locator => page.getByRole('textbox', { name: 'What should the video show?' });
export const generateButton = (page: Page): Locator => page.getByRole('button', { name: 'Generate', exact: true });

/** The tile of a prompt, in whichever state. */
export function tile(page: Page, prompt: string, status = ''): Locator {
  return page.getByRole('gridcell', { name: `${prompt}. ${status}` });
}

/** What opens a tile, and has the focus where the tile has it. */
export const link = (within: Locator): Locator => within.getByRole('link');

/** What is seen of a generation before its video. */
export const preview = (within: Locator): Locator => within.locator('img[src^="data:image/webp"]').last();

/** Seconds that a video has played. */
export const played = (video: Locator): Promise<number> =>
  video.evaluate((element) => (element as HTMLVideoElement).currentTime);
