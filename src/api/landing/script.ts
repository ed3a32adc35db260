import { landingOperations } from './operations.js';

/** The page's program, as the browser gets it: no backquotes and no other dollar-brace inside, so that it can be a template here. */
export const landingScript = `
'use strict';
const operations = ${JSON.stringify(landingOperations)};
const byId = (id) => document.getElementById(id);
const phases = { WAITING: 'Waiting', LOADING: 'Loading the model', ENCODING_TEXT: 'Reading the prompt', DENOISING: 'Denoising',
  DECODING: 'Decoding', ENCODING_VIDEO: 'Encoding the video', DONE: 'Done' };

/** The API key of this tab, where the server wants one. */
let key = sessionStorage.getItem('reelql-key');

async function ask(query, variables) {
  const response = await fetch('/graphql', { method: 'POST',
    headers: { 'content-type': 'application/json', ...(key ? { authorization: 'Bearer ' + key } : {}) },
    body: JSON.stringify({ query, variables }) });
  const { data, errors } = await response.json();
  if (response.status === 401) byId('login').hidden = false;
  if (errors) throw new Error(errors[0].message);
  return data;
}

byId('login').addEventListener('submit', (event) => {
  event.preventDefault();
  sessionStorage.setItem('reelql-key', byId('key').value.trim());
  location.reload();
});

/** graphql-transport-ws by hand: one subscription, resumed after the last sequence seen when the connection breaks. */
function watch(id, onEvent) {
  let after = 0;
  let over = false;
  let socket;
  const open = () => {
    socket = new WebSocket(location.origin.replace('http', 'ws') + '/graphql', 'graphql-transport-ws');
    const send = (message) => socket.send(JSON.stringify(message));
    socket.onopen = () => send({ type: 'connection_init', ...(key ? { payload: { token: key } } : {}) });
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(data);
      if (message.type === 'connection_ack') send({ id: '1', type: 'subscribe', payload: { query: operations.watch, variables: { id, after } } });
      if (message.type === 'ping') send({ type: 'pong' });
      if (message.type === 'next' && message.payload.data) {
        const event = message.payload.data.generationEvents;
        after = event.sequence;
        onEvent(event);
      }
      if (message.type === 'error') problem(message.payload[0].message);
      if (message.type === 'complete' || message.type === 'error') { over = true; socket.close(1000); }
    };
    socket.onclose = ({ code, reason }) => {
      // 4403: the key is not valid any more.
      if (code === 4403) { over = true; problem(reason); byId('login').hidden = false; }
      if (!over) setTimeout(open, 1000);
    };
  };
  open();
  return () => { over = true; socket.close(1000); };
}

let current = null;
let unwatch = () => {};

function show(generation) {
  unwatch();
  current = generation.id;
  byId('stage').hidden = false;
  byId('title').textContent = generation.prompt;
  byId('preview').removeAttribute('src');
  byId('video').removeAttribute('src');
  byId('video').load();
  state('Waiting', '', '', 0, true);
  unwatch = watch(generation.id, onEvent);
  byId('stage').scrollIntoView({ block: 'nearest', behavior: 'smooth' });
}

function state(phase, step, left, fraction, running) {
  byId('phase').textContent = phase;
  byId('step').textContent = step;
  byId('left').textContent = left;
  byId('bar').value = fraction;
  byId('bar').hidden = !running;
  byId('cancel').hidden = !running;
}

function onEvent(event) {
  if (event.__typename === 'GenerationQueued' && event.position > 1) state('Waiting, number ' + event.position, '', '', 0, true);
  if (event.__typename === 'GenerationStarted') state('Starting', '', '', 0, true);
  if (event.__typename === 'GenerationResumed') state('Starting again', '', '', 0, true);
  if (event.__typename === 'GenerationProgressed') {
    const p = event.progress;
    state(phases[p.phase], p.phase === 'DENOISING' ? 'step ' + p.step + ' of ' + p.totalSteps : '', seconds(p.secondsRemaining), p.fraction, true);
    if (p.preview) byId('preview').src = 'data:' + p.preview.mimeType + ';base64,' + p.preview.data;
  }
  if (event.__typename === 'GenerationSucceeded') {
    state('Done', '', '', 1, false);
    byId('video').src = local(event.artifacts[0].url);
  }
  if (event.__typename === 'GenerationFailed') state('Failed: ' + event.failure.message, '', '', 0, false);
  if (event.__typename === 'GenerationCanceled') state('Canceled', '', '', 0, false);
  if (/Succeeded|Failed|Canceled/.test(event.__typename)) list();
}

function seconds(left) {
  if (left === null) return '';
  return left < 90 ? Math.ceil(left) + ' s left' : Math.ceil(left / 60) + ' min left';
}

// The page may have been reached under another name than the link was made for.
function local(url) { const { pathname, search } = new URL(url); return pathname + search; }

function problem(text) { byId('problem').textContent = text; }

byId('form').addEventListener('submit', async (event) => {
  event.preventDefault();
  problem('');
  byId('generate').disabled = true;
  try {
    const { createGeneration: result } = await ask(operations.create,
      { input: { prompt: byId('prompt').value } });
    if (result.generation) { show(result.generation); list(); } else problem(result.message);
  } catch (error) { problem(error.message); }
  byId('generate').disabled = false;
});
byId('prompt').addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) byId('form').requestSubmit();
});
byId('cancel').addEventListener('click', () =>
  ask(operations.cancel, { id: current }).catch((error) => problem(error.message)));
for (const button of document.querySelectorAll('[data-copy]')) {
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(byId(button.dataset.copy).textContent);
    button.textContent = 'Copied';
    setTimeout(() => { button.textContent = 'Copy'; }, 1500);
  });
}

async function list() {
  const { generations } = await ask(operations.latest);
  const grid = byId('latest');
  grid.replaceChildren(...generations.edges.map(({ node }) => tile(node)));
  if (grid.children.length === 0) grid.textContent = 'Nothing yet. The first video appears here.';
}

function tile(node) {
  const button = document.createElement('button');
  button.className = 'tile';
  button.type = 'button';
  const video = node.artifacts.find(({ kind }) => kind === 'VIDEO');
  const media = document.createElement(video ? 'video' : 'div');
  if (video) {
    Object.assign(media, { src: local(video.url), muted: true, loop: true, playsInline: true, preload: 'metadata' });
    button.addEventListener('pointerenter', () => media.play().catch(() => {}));
    button.addEventListener('pointerleave', () => media.pause());
  } else {
    media.className = 'empty';
    media.textContent = node.status.toLowerCase();
  }
  const caption = document.createElement('span');
  caption.textContent = caption.title = node.prompt;
  button.append(media, caption);
  button.addEventListener('click', () => show(node));
  return button;
}

async function start() {
  byId('endpoint').textContent = location.origin + '/graphql';
  const { models, devices, queue, generations } = await ask(operations.start);
  byId('machine').textContent = models[0].title + ' on ' + devices.map(({ name }) => name).join(', ') + (queue.depth ? ', ' + queue.depth + ' waiting.' : '.');
  for (const prompt of models[0].examplePrompts.slice(0, 4)) {
    const chip = document.createElement('button');
    chip.type = 'button';
    chip.textContent = prompt;
    chip.addEventListener('click', () => { byId('prompt').value = prompt; byId('prompt').focus(); });
    byId('examples').append(chip);
  }
  // A reload loses nothing.
  if (generations.edges[0]) show(generations.edges[0].node);
  await list();
}
start().catch((error) => problem(error.message));
`;
