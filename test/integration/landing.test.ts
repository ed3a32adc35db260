import { createContext, Script } from 'node:vm';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { ownDocuments } from '../../src/api/policy/load-trusted-documents.js';
import { TrustedDocuments } from '../../src/api/policy/trusted-documents.js';
import { ApiServer } from '../support/api-server.js';
import { create, localId } from '../support/graphql-client.js';
import { newKey } from '../support/keys.js';

/** As much of an element as the page's program touches. */
class Element {
  readonly dataset = {};
  readonly children: Element[] = [];
  readonly listeners = new Map<string, (event: object) => unknown>();
  hidden = false;
  value = '';
  textContent = '';
  src = '';
  addEventListener(type: string, listener: (event: object) => unknown): void {
    this.listeners.set(type, listener);
  }
  append(...children: Element[]): void {
    this.children.push(...children);
  }
  replaceChildren(...children: Element[]): void {
    this.children.splice(0, this.children.length, ...children);
  }
  removeAttribute(name: 'src'): void {
    this[name] = '';
  }
  load(): void {}
  focus(): void {}
  scrollIntoView(): void {}
}

const servers: ApiServer[] = [];
const sockets: WebSocket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.terminate();
  for (const server of servers.splice(0)) await server.close();
});

/** The page of a server, run without a browser. */
async function visit(server: ApiServer, key: string | null = null) {
  servers.push(server);
  const page = await (await fetch(server.url, { headers: { accept: 'text/html' } })).text();
  const elements = new Map<string, Element>();
  for (const [tag, id = ''] of page.matchAll(/<[^>]+ id="([^"]+)"[^>]*>/g)) {
    elements.set(id, Object.assign(new Element(), { hidden: / hidden/.test(tag) }));
  }
  const element = (id: string): Element => {
    const found = elements.get(id);
    if (!found) throw new Error(`The page has no element ${id}.`);
    return found;
  };
  const [, program = ''] = /<script>([^]*)<\/script>/.exec(page) ?? [];
  const document = {
    getElementById: element,
    querySelectorAll: () => [],
    createElement: () => new Element(),
  };
  class Socket extends WebSocket {
    constructor(url: string, protocol: string) {
      super(url, protocol);
      sockets.push(this);
    }
  }
  const context = createContext({
    ...{ document, URL, setTimeout, console, WebSocket: Socket },
    sessionStorage: { getItem: () => key },
    location: { origin: server.url },
    fetch: (path: string, init: RequestInit) => fetch(`${server.url}${path}`, init),
  });
  new Script(program).runInContext(context);
  return element;
}

describe('the page', () => {
  it('shows the machine and what runs, lives through the end of it, and lists what was made', async () => {
    const server = await ApiServer.start({ documents: await TrustedDocuments.load('only', [ownDocuments]) });
    const { generation } = await create(server.url, { prompt: 'A blue boat' }).catch(() => ({ generation: null }));
    // The mutation of the test is none of the trusted documents.
    expect(generation).toBeNull();
    const element = await visit(server);
    await expect.poll(() => element('machine').textContent).toBe('Toy on Test CPU.');
    element('prompt').value = 'A blue boat';
    await element('form').listeners.get('submit')?.({ preventDefault() {} });
    expect(element('problem').textContent).toBe('');
    const [id = ''] = server.scheduler.submitted.map((job) => job.generationId);
    await server.scheduler.start(id);
    await server.scheduler.step(id, 1);
    await expect.poll(() => element('step').textContent).toBe('step 1 of 4');
    expect(element('preview').src).toMatch(/^data:image\/webp;base64,/);
    await server.scheduler.succeed(id, [await server.storeVideo(Buffer.from('video'))]);
    await expect.poll(() => element('phase').textContent).toBe('Done');
    expect(await (await fetch(`${server.url}${element('video').src}`)).text()).toBe('video');
    await expect.poll(() => element('latest').children.length).toBe(1);
  });

  it('asks for a key where one is wanted, and works with it, down to the video', async () => {
    const server = await ApiServer.start({ auth: {} });
    const stranger = await visit(server);
    expect(stranger('login').hidden).toBe(true);
    await expect.poll(() => stranger('login').hidden).toBe(false);
    expect(stranger('problem').textContent).toContain('wants an API key');
    servers.pop();

    const key = await newKey(server, 'CREATOR');
    const { generation } = await create(server.url, { prompt: 'x' }, key.headers);
    const element = await visit(server, key.secret);
    await expect.poll(() => element('machine').textContent).toContain('Toy on Test CPU');
    const id = localId(generation.id);
    await server.scheduler.start(id);
    await server.scheduler.succeed(id, [await server.storeVideo(Buffer.from('video'))]);
    await expect.poll(() => element('phase').textContent).toBe('Done');
    expect(element('login').hidden).toBe(true);
    expect(await (await fetch(`${server.url}${element('video').src}`)).text()).toBe('video');
  });
});
