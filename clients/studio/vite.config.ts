import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The server's routes, for `npm run dev:studio` beside a server on its usual port. */
const server = 'http://127.0.0.1:4000';

export default defineConfig({
  root: here('.'),
  plugins: [react()],
  resolve: { alias: { '@reelql/sdk': here('../sdk/src/index.ts') } },
  build: { outDir: here('../../dist/studio'), emptyOutDir: true, target: 'es2022', sourcemap: false },
  server: {
    proxy: {
      '/graphql': { target: server, ws: true },
      '/artifacts': server,
      '/previews': server,
      '/uploads': server,
      '/v1': server,
    },
  },
});
