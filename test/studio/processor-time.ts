import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts processor time in hundredths of a second. */
const tickMs = 10;

/** Milliseconds of processor time that a process and all below it have used so far, on all cores together (Linux). */
export function processorTime(root: number): number {
  const processes = new Map(
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((name) => {
        try {
          // "pid (name) state parent … utime stime …": fields 4, 14 and 15 of proc(5); the name may hold anything.
          const fields = readFileSync(`/proc/${name}/stat`, 'latin1')
            .replace(/^.*\) /s, '')
            .split(' ')
            .map(Number);
          return [[Number(name), { parent: fields[1] ?? 0, ticks: (fields[11] ?? 0) + (fields[12] ?? 0) }] as const];
        } catch {
          return [];
        }
      }),
  );
  const isBelow = (pid: number): boolean => pid === root || (pid > 1 && isBelow(processes.get(pid)?.parent ?? 0));
  return [...processes].reduce((sum, [pid, { ticks }]) => (isBelow(pid) ? sum + ticks * tickMs : sum), 0);
}
