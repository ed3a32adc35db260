import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Notes where the server of a data folder answers, so that commands on the same folder find it. Returns what takes the note away. */
export async function noteAddress(dataDir: string, url: string): Promise<() => Promise<void>> {
  const path = addressFile(dataDir);
  await writeFile(path, `${url}\n`);
  return () => rm(path, { force: true });
}

/** What was noted; null without a note. After `kill -9` it is an old one: whether anybody answers there is to be asked. */
export async function notedAddress(dataDir: string): Promise<string | null> {
  const text = await readFile(addressFile(dataDir), 'utf8').catch(() => '');
  return URL.canParse(text.trim()) ? text.trim() : null;
}

function addressFile(dataDir: string): string {
  return join(dataDir, 'server.url');
}
