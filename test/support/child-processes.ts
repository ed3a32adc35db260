import { existsSync, readdirSync, readFileSync } from 'node:fs';

/**
 * Pids of a process's children that have not ended (Linux), or of those with a word in their command line. A zombie,
 * whose end was not yet read, counts as ended.
 */
export function childProcesses(word = '', parentPid = process.pid): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        // "pid (name) state parent …"; the name may hold anything.
        const [state, parent] = readFileSync(`/proc/${pid}/stat`, 'latin1')
          .replace(/^.*\) /s, '')
          .split(' ');
        if (Number(parent) !== parentPid || state === 'Z') return false;
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(word);
      } catch {
        return false;
      }
    })
    .map(Number);
}

/** While these processes stand still: what they are sent meanwhile they find all together when they go on. Passes over those that have ended. */
export async function whileStopped<Result>(pids: readonly number[], work: () => Promise<Result>): Promise<Result> {
  const signal = (name: 'SIGSTOP' | 'SIGCONT') => {
    for (const pid of pids) if (existsSync(`/proc/${pid}`)) process.kill(pid, name);
  };
  signal('SIGSTOP');
  try {
    return await work();
  } finally {
    signal('SIGCONT');
  }
}
