import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { resolve } from 'node:path';
import { plainEnvironment } from './plain-environment.js';

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command of dist/ as a process of its own, as a user starts it. `npm test` builds dist/ first. */
export class Command {
  stdout = '';
  stderr = '';
  readonly finished: Promise<Finished>;
  private readonly child: ChildProcess;
  private closed = false;
  private readonly watchers = new Set<() => void>();

  constructor(program: 'main' | 'demo', args: readonly string[], options: { cwd: string; env?: NodeJS.ProcessEnv }) {
    const env = { ...plainEnvironment(), ...options.env };
    this.child = spawn(process.execPath, [resolve(`dist/clients/cli/${program}.js`), ...args], {
      cwd: options.cwd,
      env,
    });
    this.child.stdout?.on('data', (data) => this.grow('stdout', data));
    this.child.stderr?.on('data', (data) => this.grow('stderr', data));
    this.finished = new Promise((done) => {
      this.child.once('close', (code) => {
        this.closed = true;
        for (const watch of this.watchers) watch();
        done({ code, stdout: this.stdout, stderr: this.stderr });
      });
    });
  }

  get pid(): number {
    return this.child.pid as number;
  }

  /** The first match in the output so far or to come. @throws if the process ends without it. */
  printed(pattern: RegExp, stream: 'stdout' | 'stderr' = 'stdout'): Promise<RegExpExecArray> {
    return new Promise((found, missing) => {
      const watch = () => {
        const match = pattern.exec(this[stream]);
        if (match) found(match);
        // Not once it has exited: its last words may not be read yet.
        else if (this.closed) missing(new Error(`${this.stdout}\n${this.stderr}`));
        else return;
        this.watchers.delete(watch);
      };
      this.watchers.add(watch);
      watch();
    });
  }

  /** As Ctrl-C does, so many times as fast as can be: two that wait to be delivered would be one. */
  interrupt(times = 1): void {
    for (let time = 0; time < times; time++) {
      while (this.isInterrupting);
      this.child.kill('SIGINT');
    }
  }

  /** Whether a SIGINT waits to be delivered (Linux). */
  private get isInterrupting(): boolean {
    const [, pending = ''] = /^ShdPnd:\s*(\w+)$/m.exec(readFileSync(`/proc/${this.pid}/status`, 'latin1')) ?? [];
    return (Number.parseInt(pending, 16) & (1 << (constants.signals.SIGINT - 1))) !== 0;
  }

  kill(signal: NodeJS.Signals): Promise<Finished> {
    this.child.kill(signal);
    return this.finished;
  }

  private grow(stream: 'stdout' | 'stderr', data: Buffer): void {
    this[stream] += data.toString();
    for (const watch of this.watchers) watch();
  }
}

/** Resolves when none of the processes lives any more. Their parent may be gone, so nothing announces it: looks every 20 ms. */
export async function ended(pids: readonly number[]): Promise<void> {
  const lives = (pid: number) => {
    try {
      process.kill(pid, 0);
      return !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
    } catch {
      return false;
    }
  };
  while (pids.some(lives)) await new Promise((resolve) => setTimeout(resolve, 20));
}
