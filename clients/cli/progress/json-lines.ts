import type { GenerationEvent } from '../../sdk/src/index.js';
import { printJson } from '../output.js';
import type { ProgressView } from './view.js';

/** One JSON object a line, as the events come: for pipes and scripts. The pictures' data is left out, it would drown the rest. */
export class JsonLines implements ProgressView {
  event(event: GenerationEvent): void {
    if (event.__typename !== 'GenerationProgressed' || !event.progress.preview) return printJson(event);
    const { data: _, ...preview } = event.progress.preview;
    printJson({ ...event, progress: { ...event.progress, preview } });
  }

  notice(text: string): void {
    // On a terminal the bar says it.
    if (!process.stderr.isTTY) process.stderr.write(`${text}\n`);
  }

  stop(): void {}
}
