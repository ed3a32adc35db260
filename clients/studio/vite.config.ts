import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The server behind `npm run dev:studio`. */
const server = process.env.REELQL_URL ?? 'http://127.0.0.1:4000';
const routes = ['/artifacts', '/previews', '/uploads', '/v1', '/healthz', '/readyz'];

/** Compressed once, here, instead of at every request: the server sends what the browser takes. */
function compressed(): Plugin {
  const ways = { br: promisify(brotliCompress), gz: promisify(gzip) };
  return {
    name: 'compressed',
    async writeBundle({ dir = '' }) {
      const folder = join(dir, 'assets');
      for (const name of await readdir(folder)) {
        const bytes = await readFile(join(folder, name));
        for (const [extension, compress] of Object.entries(ways)) {
          await writeFile(join(folder, `${name}.${extension}`), await compress(bytes));
        }
      }
    },
  };
}

export default defineConfig({
  root: here('.'),
  plugins: [react(), compressed()],
  resolve: { alias: { '@reelql/sdk': here('../sdk/src/index.ts') } },
  build: { outDir: here('../../dist/studio'), emptyOutDir: true, target: 'es2022', assetsInlineLimit: 0 },
  server: {
    proxy: {
      '/graphql': { target: server, ws: true },
      ...Object.fromEntries(routes.map((route) => [route, server])),
    },
  },
});
