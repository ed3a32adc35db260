/** `npm run bench:api [PART …]`: fan-out, and what the API does under load. All parts if none is named. */
import { cpus, totalmem } from 'node:os';
import { benchFanOut } from './fan-out.js';
import { benchRequests } from './requests.js';
import { benchSoak } from './soak.js';
import { print } from './table.js';

const parts: Readonly<Record<string, () => Promise<void>>> = {
  'fan-out': benchFanOut,
  requests: benchRequests,
  soak: benchSoak,
};

const asked = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(parts);
const unknown = asked.filter((part) => !(part in parts));
if (unknown.length > 0) throw new Error(`There is no part ${unknown}. There are: ${Object.keys(parts).join(', ')}.`);
print(
  `${cpus()[0]?.model}, ${cpus().length} cores, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Node ${process.version}\n\n`,
);
for (const part of asked) await parts[part]?.();
