import { chmod, mkdir, mkdtemp, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ModelError, systemError } from './model-error.js';

/** Folders of imports under way: the importing process's id is part of the name. The leading dot hides them from `findBundles`. */
const stagingPattern = /^\.importing-(\d+)-/;

/**
 * Makes a folder all at once: `fill` writes into a temporary sibling, which is renamed to `destination` when all of it is on disk.
 * If `fill` fails, the sibling is removed; if the process is killed, the next call removes it.
 * @throws ModelError if something is at `destination` already, or its parent cannot be written.
 */
export async function createFolder<Result>(
  destination: string,
  fill: (folder: string) => Promise<Result>,
): Promise<Result> {
  const parent = dirname(destination);
  await refuseTaken(destination);
  let staging: string;
  try {
    await mkdir(parent, { recursive: true });
    await removeLeftovers(parent);
    staging = await mkdtemp(join(parent, `.importing-${process.pid}-`));
  } catch (error) {
    throw systemError(error, 'create a folder in', parent);
  }
  try {
    const result = await fill(staging);
    // mkdtemp makes it for its owner alone.
    await chmod(staging, 0o777 & ~process.umask());
    await syncFolder(staging);
    await refuseTaken(destination);
    await rename(staging, destination);
    await syncFolder(parent);
    return result;
  } catch (error) {
    await rm(staging, { recursive: true, force: true });
    throw systemError(error, 'create', destination);
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

async function removeLeftovers(parent: string): Promise<void> {
  for (const entry of await readdir(parent)) {
    const pid = stagingPattern.exec(entry)?.[1];
    if (pid !== undefined && !isRunning(Number(pid))) await rm(join(parent, entry), { recursive: true, force: true });
  }
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
