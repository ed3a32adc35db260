import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface Ffmpeg {
  /** A path, or a bare name that the PATH resolves. */
  readonly path: string;
  readonly version: string;
  readonly origin: 'REELQL_FFMPEG' | 'system' | 'npm';
}

/** No program that can write H.264. The message says what was tried and what to do. */
export class FfmpegMissing extends Error {
  override readonly name = 'FfmpegMissing';
}

interface Candidate {
  readonly origin: Ffmpeg['origin'];
  readonly path: string;
}

/**
 * The first program that runs and has libx264: the one REELQL_FFMPEG names (then only that one), else the system's, which is
 * usually newer, else the one inside of the npm package.
 */
export async function findFfmpeg(env: NodeJS.ProcessEnv = process.env): Promise<Ffmpeg> {
  const tried: string[] = [];
  for (const candidate of candidates(env)) {
    const result = await probe(candidate);
    if (typeof result !== 'string') return result;
    tried.push(`${candidate.origin}: ${result}`);
  }
  throw new FfmpegMissing(
    `No ffmpeg with libx264 was found (${tried.join('; ')}). Install ffmpeg, or set REELQL_FFMPEG to its path.`,
  );
}

function candidates(env: NodeJS.ProcessEnv): Candidate[] {
  if (env.REELQL_FFMPEG) return [{ origin: 'REELQL_FFMPEG', path: env.REELQL_FFMPEG }];
  const packaged = packagedPath();
  return [{ origin: 'system', path: 'ffmpeg' }, ...(packaged ? [{ origin: 'npm' as const, path: packaged }] : [])];
}

/** The installer throws where it has no build for the platform. */
function packagedPath(): string | null {
  try {
    return (createRequire(import.meta.url)('@ffmpeg-installer/ffmpeg') as { path: string }).path;
  } catch {
    return null;
  }
}

/** The program's description, or why it cannot be used. */
async function probe({ origin, path }: Candidate): Promise<Ffmpeg | string> {
  try {
    const { stdout: banner } = await run(path, ['-hide_banner', '-version'], { timeout: 10_000 });
    const { stdout: encoders } = await run(path, ['-hide_banner', '-encoders'], { timeout: 10_000 });
    if (!/\blibx264\b/.test(encoders)) return 'has no libx264';
    return { path, origin, version: /version (\S+)/.exec(banner)?.[1] ?? 'unknown' };
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'not there' : 'does not run';
  }
}
