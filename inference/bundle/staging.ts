import { mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ModelError, systemError } from './model-error.js';

/** Who is writing a folder that is being made; its name in that folder. */
const ownerName = 'owner.pid';

/**
 * Makes a folder all at once: `fill` writes into a temporary sibling, which is renamed to `destination` when all of it is on disk.
 * The sibling's name begins with a dot, which hides it from `findBundles`. If `fill` fails it is removed. If the process is
 * killed or the work canceled it stays, and the next call goes on with it.
 * @param fits whether what an earlier call left belongs to this one; it is removed otherwise.
 * @throws ModelError if something is at `destination` already, another process makes it, or its parent cannot be written.
 */
export async function createFolder<Result>(
  destination: string,
  fits: (folder: string) => Promise<boolean>,
  fill: (folder: string) => Promise<Result>,
): Promise<Result> {
  const parent = dirname(destination);
  const staging = join(parent, `.importing-${basename(destination)}`);
  await refuseTaken(destination);
  try {
    await refuseOwned(staging);
    if (!(await fits(staging))) await rm(staging, { recursive: true, force: true });
    await mkdir(staging, { recursive: true });
    await writeFile(join(staging, ownerName), String(process.pid));
  } catch (error) {
    throw systemError(error, 'create a folder in', parent);
  }
  try {
    const result = await fill(staging);
    await rm(join(staging, ownerName));
    await syncFolder(staging);
    await refuseTaken(destination);
    await rename(staging, destination);
    await syncFolder(parent);
    return result;
  } catch (error) {
    if (error instanceof ModelError && error.code === 'CANCELED') {
      await rm(join(staging, ownerName), { force: true });
      throw new ModelError('CANCELED', `Canceled; the same command goes on from here, or remove ${staging}`);
    }
    await rm(staging, { recursive: true, force: true });
    throw systemError(error, 'create', destination);
  }
}

async function refuseOwned(staging: string): Promise<void> {
  const path = join(staging, ownerName);
  const owner = Number(await readFile(path, 'utf8').catch(() => ''));
  // Its own number is that of an earlier process: in a container they are given again.
  if (owner > 0 && owner !== process.pid && isRunning(owner)) {
    throw new ModelError('NAME_TAKEN', `process ${owner} is importing this model; if it is not, remove ${path}`);
  }
}

/** The file appears with all of its text, or not at all. */
export async function writeFileAtomically(path: string, text: string): Promise<void> {
  const partial = `${path}.partial`;
  try {
    const handle = await open(partial, 'w');
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw systemError(error, 'write', path);
  }
}

async function refuseTaken(destination: string): Promise<void> {
  const taken = await stat(destination).then(
    () => true,
    () => false,
  );
  if (!taken) return;
  const name = basename(destination);
  throw new ModelError(
    'NAME_TAKEN',
    `${destination} already exists: choose another name than "${name}", or remove it first`,
  );
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs and belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** A rename or a new file survives a power cut once its folder is on disk. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
