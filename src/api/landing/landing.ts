import { createHash } from 'node:crypto';
import { landingScript } from './script.js';
import { landingStyle } from './style.js';

/** The page for people: one answer, no request to anywhere else. The studio proper is a program of its own. */
export const landingPage = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>ReelQL</title>
<link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect width='16' height='16' rx='4' fill='%23e2562f'/%3E%3Cpath d='M6 4.5v7l6-3.5z' fill='white'/%3E%3C/svg%3E">
<style>${landingStyle}</style>
</head>
<body>
<header>
  <h1><span class="mark" aria-hidden="true"></span>ReelQL</h1>
  <p>Text to video by GraphQL. <span id="machine"></span></p>
</header>
<main>
  <form id="login" hidden>
    <label for="key">This server wants an API key</label>
    <div class="row"><input id="key" type="password" required autocomplete="off" placeholder="rql_…"><button type="submit">Enter</button></div>
    <p class="hint">Kept in this tab only. Whoever runs the server makes one: <code>npx reelql keys create</code></p>
  </form>
  <form id="form">
    <label for="prompt">What should the video show?</label>
    <textarea id="prompt" rows="3" required placeholder="Describe a scene …"></textarea>
    <div id="examples" class="chips" aria-label="Prompts to try"></div>
    <div class="row"><button id="generate" type="submit">Generate</button><span class="hint"><kbd>Ctrl</kbd> <kbd>Enter</kbd></span></div>
    <p id="problem" role="alert"></p>
  </form>
  <section id="stage" hidden aria-live="polite">
    <div class="screen"><img id="preview" alt="Preview of the video so far"><video id="video" controls loop autoplay muted playsinline></video></div>
    <div class="row"><strong id="phase"></strong><span id="step"></span><span id="left"></span><button id="cancel" class="quiet" type="button">Cancel</button></div>
    <progress id="bar" max="1" value="0"></progress>
    <p id="title" class="hint"></p>
  </section>
  <section>
    <h2>Latest</h2>
    <div id="latest" class="grid"></div>
  </section>
  <section>
    <h2>The same from a program</h2>
    <p>POST to <code id="endpoint"></code>, subscribe at the same address over <code>graphql-transport-ws</code>.</p>
    <div class="code"><pre id="mutation">mutation {
  createGeneration(input: { prompt: "A red sports car at sunset" }) {
    ... on CreateGenerationSuccess { generation { id } }
    ... on UserError { message }
  }
}</pre><button class="quiet" data-copy="mutation" type="button">Copy</button></div>
    <div class="code"><pre id="subscription">subscription ($id: ID!) {
  generationEvents(generationId: $id, after: 0) {
    ... on SequencedEvent { sequence }
    ... on GenerationProgressed {
      progress { phase step totalSteps secondsRemaining preview { url } }
    }
    ... on GenerationSucceeded { artifacts { url } }
    ... on GenerationFailed { failure { message } }
  }
}</pre><button class="quiet" data-copy="subscription" type="button">Copy</button></div>
  </section>
</main>
<script>${landingScript}</script>
</body>
</html>
`;

/** Only this page's own script and style run, known by their hashes; it talks to this server and nobody else. */
export const landingHeaders = {
  'content-security-policy': [
    "default-src 'none'",
    `script-src ${hashOf(landingScript)}`,
    `style-src ${hashOf(landingStyle)}`,
    "img-src 'self' data:",
    "media-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-cache',
};

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
