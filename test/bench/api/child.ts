import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** Another program of this folder as a process of its own; it ends when it is disconnected. */
export function start(program: string, ...given: readonly string[]): ChildProcess {
  const path = fileURLToPath(new URL(`./${program}.js`, import.meta.url));
  return fork(path, given, { serialization: 'advanced', stdio: 'inherit' });
}

/** The next message of a process, after it was sent one where there is one. */
export async function answer<T>(child: ChildProcess, message?: object): Promise<T> {
  const reply = once(child, 'message');
  if (message) child.send(message);
  return (await reply)[0] as T;
}
