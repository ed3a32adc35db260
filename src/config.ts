import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import { isProxyName } from './api/client-address.js';
import { webhookEvents } from './webhooks/events.js';
import { parseWebhookSecret } from './webhooks/signature.js';

const count = z.coerce.number().int().positive();
const flag = z.union([z.boolean(), z.stringbool()], { error: 'true or false is expected' });
const list = z.union([
  z.array(z.string().min(1)),
  z.string().transform((text) =>
    text
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== ''),
  ),
]);

/** Every option of the server, with what it does. Environment: `REELQL_` + the name in CAPITALS; file: `reelql.config.json`. */
const configSchema = z.strictObject({
  /** Address to listen on. Other than loopback, it needs `auth: keys`. */
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
  /**
   * `auto`: all GPUs that pass a test when the server starts, else the CPU; or some of the devices that `reelql doctor` lists,
   * untested: `cpu,cuda-0`.
   */
  devices: z.string().min(1).default('auto'),
  /** Bytes of each device's memory that are left free, for others and for what is not foreseen; a sixteenth, 1.5 GiB at most, if left out. */
  headroomBytes: z.coerce.number().int().nonnegative().optional(),
  /** How many generations may wait; the next one is answered with QueueFull. */
  queueCapacity: count.default(100),
  /**
   * Whose videos `cache: USE` may answer with. `key`: those that the caller's API key may see. `server`: everybody's, so that an
   * answer that comes at once tells a key what another one has asked for.
   */
  cacheScope: z.enum(['key', 'server']).default('key'),
  /** `keys`: every request brings an API key (`reelql keys create`). `off`: whoever reaches the server may do everything. */
  auth: z.enum(['off', 'keys']).default('off'),
  /** Serves other machines although `auth` is `off`: say so only where a proxy or the network itself keeps strangers out. */
  serveNetworkWithoutAuth: flag.default(false),
  /** Where people reach the server, for links, if that is not what its Host header says: `https://video.example`. */
  publicUrl: z
    .url({ protocol: /^https?$/ })
    .transform((url) => url.replace(/\/+$/, ''))
    .optional(),
  /** Origins of pages of other sites that may use the server: `https://studio.example,https://…`, or `*`. */
  allowedOrigins: list
    .pipe(z.array(z.string().refine(isOrigin, 'an origin has no path and no slash at its end: https://studio.example')))
    .default([]),
  /** Requests a minute of an API key that has no rate of its own. A file counts a tenth. */
  requestsPerMinute: count.default(600),
  /** Seconds that a link to a file lives at most where keys are wanted, and half of which it lives at least. */
  linkSeconds: count.default(86_400),
  /** WebSockets of one API key at a time. */
  connectionsPerKey: count.default(256),
  /**
   * Proxies in front, whose X-Forwarded-For says where a connection comes from: `loopback`, addresses, networks such as `10.0.0.0/8`.
   * Of nobody else it is believed.
   */
  trustProxy: list.pipe(z.array(z.string().refine(isProxyName, 'an address, a network or loopback'))).default([]),
  /** WebSockets from one address (of IPv6 a /64) at a time: without `trustProxy` those of all users behind one proxy together. */
  connectionsPerAddress: count.default(2048),
  /** `prefer`: the sha256 of a trusted document will do in its place. `only`: no other document is executed. */
  trustedDocuments: z.enum(['off', 'prefer', 'only']).default('off'),
  /** A JSON file of trusted documents, sha256 → document, beside those of the SDK, the command line and the page. */
  trustedDocumentsFile: z
    .string()
    .min(1)
    .transform((path) => resolve(path))
    .optional(),
  /** Of one uploaded picture. */
  maxUploadBytes: count.default(16 * 2 ** 20),
  /** What webhooks are signed with, `whsec_` + 24 to 64 bytes in base64; one is made in the data folder if left out. */
  webhookSecret: z
    .string()
    .refine((text) => parseWebhookSecret(text) !== null, 'whsec_ and then 24 to 64 bytes in base64 are expected')
    .optional(),
  /** Events that are sent to a webhook whose generation has not chosen; progress is not among them. */
  webhookEvents: list
    .pipe(z.array(z.enum(webhookEvents)))
    .default(['generation.succeeded', 'generation.failed', 'generation.canceled']),
  /** Lets webhooks go to addresses that are not of the public Internet: services on this machine and in this network. */
  webhookAllowPrivate: flag.default(false),
  logLevel: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
});

function isOrigin(text: string): boolean {
  return text === '*' || (URL.canParse(text) && new URL(text).origin === text);
}

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
