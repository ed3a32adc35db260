import { readdirSync, readFileSync } from 'node:fs';

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
