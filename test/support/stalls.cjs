/**
 * `npm run test:stalls`: every process of the tests stands still now and then, for up to 0.4 s, as it does where others take its processor.
 * A test that fails so has an order that nobody guarantees. It finds more than load does, and takes no processor time itself.
 */
const { isMainThread } = require('node:worker_threads');

const longestMs = 400;
/** Of the looks, one every 20 ms or so. */
const share = 0.06;
const cell = new Int32Array(new SharedArrayBuffer(4));

function stallAgain() {
  if (Math.random() < share) Atomics.wait(cell, 0, 0, Math.random() * longestMs);
  setTimeout(stallAgain, Math.random() * 40).unref();
}
if (isMainThread) stallAgain();
