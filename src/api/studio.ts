import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** Addresses inside the page: the server answers them all with the page itself, which then shows the right part. */
const places = ['/', '/g/:id', '/compare', '/machine'];

const pageHeaders = {
  // Nothing is loaded from anywhere but this server. Styles may stand in attributes, where widgets place themselves.
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "media-src 'self' blob:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-cache',
};

/**
 * The studio as `npm run build` left it in `folder`. The page is asked for anew at each visit; its parts are named by their content, so
 * browsers keep them for ever, and lie there compressed.
 */
export async function registerStudio(app: FastifyInstance, folder: string): Promise<void> {
  const page = join(folder, 'index.html');
  const sendPage = async (_request: FastifyRequest, reply: FastifyReply) => {
    if (!existsSync(page)) return reply.code(404).type('text/plain').send('The page is not built: npm run build\n');
    return reply
      .headers(pageHeaders)
      .type('text/html; charset=utf-8')
      .send(await readFile(page, 'utf8'));
  };
  for (const place of places) app.get(place, sendPage);
  if (!existsSync(page)) return;
  await app.register(fastifyStatic, {
    root: join(folder, 'assets'),
    prefix: '/assets/',
    immutable: true,
    maxAge: '365d',
    preCompressed: true,
    index: false,
    decorateReply: false,
  });
}
