import { pictureProtocol } from '../pictures/protocol.js';
import { JsonLines } from './json-lines.js';
import { LivePreview } from './live-preview.js';
import { PlainLines } from './plain-lines.js';
import { ProgressBar } from './progress-bar.js';
import { type ProgressView, together } from './view.js';

/** For people a bar, with pictures where the terminal shows them, or lines where there is no terminal; for programs JSON lines. */
export async function progressView(options: {
  readonly json: boolean;
  readonly pictures: boolean;
}): Promise<ProgressView> {
  const views: ProgressView[] = options.json ? [new JsonLines()] : [];
  if (process.stderr.isTTY) {
    const protocol = options.pictures ? await pictureProtocol() : null;
    views.push(new ProgressBar());
    if (protocol) views.push(new LivePreview(process.stderr, protocol));
  } else if (!options.json) {
    views.push(new PlainLines(process.stdout));
  }
  return together(views);
}
