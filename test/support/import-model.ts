/** A child process that imports a model and says over IPC when it is converting: for tests that kill it in the middle. */
import { importDiffusers } from '../../inference/bundle/import.js';

const [source, destination] = process.argv.slice(2) as [string, string];
await importDiffusers({
  source,
  destination,
  name: 'interrupted',
  dtype: 'fp16',
  fitPreview: async () => ({ matrix: [], bias: [0, 0, 0] }),
  onProgress: ({ phase, bytesDone }) => {
    if (phase !== 'CONVERTING' || bytesDone === 0) return;
    process.send?.('converting');
    // Holds the import where it is until the test has killed it.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  },
});
