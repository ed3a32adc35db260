import type { GenerationSettings } from '../../src/generations/generation.js';
import type { Fit } from '../../src/scheduler/ports.js';
import { HandScheduler } from '../support/hand-scheduler.js';

/** No real one here refuses what the bundled model allows: the smallest machine has memory for that. */
export class SmallDevice extends HandScheduler {
  override fit(_model?: string, settings?: GenerationSettings): Fit {
    if (!settings || settings.width <= 256) return { fits: true };
    const largest = { ...settings, width: 256, height: 160, frameCount: 33 };
    return { fits: false, requiredBytes: 9e9, availableBytes: 8e9, largest };
  }
}
