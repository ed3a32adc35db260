import { defineConfig } from 'prisma/config';

// `prisma generate` needs no schema engine, yet the CLI would download one. Never `/bin/true` here: `migrate deploy` would then
// exit 0 without having done anything. Migrations are written by scripts/check-migrations.ts and applied by the server itself.
process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= '/bin/false';

export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  datasource: { url: process.env.REELQL_DATABASE_URL ?? 'file:./.reelql/reelql.db' },
});
