import { loadKoffi } from '../../inference/runtime/native/koffi.js';

const setParentDeathSignal = 1;
const sigkill = 9;

/**
 * Has the kernel end this process when the one that forked it ends, whatever it is doing then (Linux, prctl(2)). The IPC
 * channel tells us too, but not before the unit under way is done, and one that hangs in native code never is: it would hold
 * the device's memory against the next server.
 */
export function endWithParent(): void {
  if (process.platform !== 'linux') return;
  try {
    const prctl = loadKoffi()
      .load(null)
      .func('int prctl(int option, unsigned long, unsigned long, unsigned long, unsigned long)');
    prctl(setParentDeathSignal, sigkill, 0, 0, 0);
  } catch {
    // No binary of koffi for this platform: then the channel has to do.
  }
}
