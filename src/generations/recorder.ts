import type { Recorder } from '../scheduler/ports.js';
import type { GenerationStore } from './store.js';

/** The scheduler's reports, written down. Each is one transaction; false where the generation has ended already. */
export function createRecorder(store: GenerationStore): Recorder {
  const advance = store.advance.bind(store);
  return {
    started: (id, deviceId) => advance(id, { type: 'GenerationStarted', deviceId }),
    progressed: (id, progress) => advance(id, { type: 'GenerationProgressed', progress }),
    resumed: (id, fromStep, cause) => advance(id, { type: 'GenerationResumed', fromStep, cause }),
    succeeded: (id, artifacts, usage) => advance(id, { type: 'GenerationSucceeded', artifacts }, usage),
    failed: (id, failure, usage) => advance(id, { type: 'GenerationFailed', failure }, usage),
    canceled: (id) => advance(id, { type: 'GenerationCanceled' }),
  };
}
