/**
 * A child process that imports the micro model and says over IPC when it is in the middle of the denoiser's weights, where it
 * waits: for tests that kill it there.
 */
import { importDiffusers } from '../../inference/bundle/import.js';

const [source, destination] = process.argv.slice(2) as [string, string];
await importDiffusers({
  source,
  destination,
  name: 'micro',
  dtype: 'fp16',
  checkpointBytes: 1,
  fitPreview: async () => ({ matrix: [[1, 2, 3]], bias: [0.5, 0.5, 0.5] }),
  onProgress: ({ phase, file, bytesDone, bytesTotal }) => {
    if (phase !== 'CONVERTING' || !file.endsWith('transformer') || bytesDone < bytesTotal / 2) return;
    process.send?.('converting');
    // Holds the import where it is until the test has killed it.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  },
});
