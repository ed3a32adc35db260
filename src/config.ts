import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';

const count = z.coerce.number().int().positive();

/** Every option of the server, with what it does. Environment: `REELQL_` + the name in CAPITALS; file: `reelql.config.json`. */
const configSchema = z.strictObject({
  /** Address to listen on. There is no authentication yet, so keep it on loopback or behind a proxy that has it. */
  host: z.string().min(1).default('127.0.0.1'),
  /** Port to listen on; 0 takes a free one. */
  port: z.coerce.number().int().min(0).max(65535).default(4000),
  /** Database, artifacts and imported models. One server a folder. */
  dataDir: z
    .string()
    .min(1)
    .default('var')
    .transform((path) => resolve(path)),
  /** Where `models import` puts bundles; `<dataDir>/models` if left out. */
  modelsDir: z
    .string()
    .min(1)
    .transform((path) => resolve(path))
    .optional(),
  /** Model of a generation that names none: the bundled one unless set. */
  defaultModel: z.string().min(1).default('toy'),
  /** `auto` (the CPU, for now), or some of the devices that `reelql doctor` lists: `cpu,cuda-0`. */
  devices: z.string().min(1).default('auto'),
  /** How many generations may wait; the next one is answered with QueueFull. */
  queueCapacity: count.default(100),
  logLevel: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
});

export type Config = Readonly<z.output<typeof configSchema> & { modelsDir: string }>;
export type ConfigInput = z.input<typeof configSchema>;

/**
 * Merges defaults < `reelql.config.json` in the working directory < environment < `overrides` (command line).
 * @throws Error naming the option, what it was and what is allowed.
 */
export function loadConfig(overrides: ConfigInput = {}, environment: NodeJS.ProcessEnv = process.env): Config {
  const merged = { ...fromFile('reelql.config.json'), ...fromEnvironment(environment), ...withoutUndefined(overrides) };
  const parsed = configSchema.safeParse(merged);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `  ${issue.path.join('.') || '(top level)'}: ${issue.message}`);
    throw new Error(`The configuration is not usable:\n${problems.join('\n')}`);
  }
  return { ...parsed.data, modelsDir: parsed.data.modelsDir ?? resolve(parsed.data.dataDir, 'models') };
}

function fromFile(path: string): Record<string, unknown> {
  if (!existsSync(path)) return {};
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new Error(`${path} is not valid JSON: ${(error as Error).message}`);
  }
}

function fromEnvironment(environment: NodeJS.ProcessEnv): Record<string, unknown> {
  const options = Object.keys(configSchema.shape).map((option) => {
    const variable = `REELQL_${option.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
    return [option, environment[variable]] as const;
  });
  return withoutUndefined(Object.fromEntries(options));
}

function withoutUndefined(record: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined && value !== ''));
}
