import type { Artifact, GenerationFailure, Progress, ResumeCause, Usage } from '../../src/generations/generation.js';
import type { Recorder } from '../../src/scheduler/ports.js';

export type Report =
  | { readonly type: 'started'; readonly id: string; readonly deviceId: string }
  | { readonly type: 'progressed'; readonly id: string; readonly progress: Progress }
  | { readonly type: 'resumed'; readonly id: string; readonly fromStep: number; readonly cause: ResumeCause }
  | { readonly type: 'succeeded'; readonly id: string; readonly artifacts: readonly Artifact[]; readonly usage: Usage }
  | { readonly type: 'failed'; readonly id: string; readonly failure: GenerationFailure; readonly usage: Usage }
  | { readonly type: 'canceled'; readonly id: string };

const terminal: ReadonlySet<Report['type']> = new Set(['succeeded', 'failed', 'canceled']);

/**
 * A recorder that keeps its reports, with the database's rules: each is written a turn later, and nothing is accepted after
 * a generation's end. `on` runs before a report is written, like somebody who acts at just that moment.
 */
export class MemoryRecorder implements Recorder {
  readonly reports: Report[] = [];
  on: (report: Report) => void | Promise<void> = () => {};
  readonly #ended = new Map<string, (report: Report) => void>();
  readonly #endings = new Map<string, Promise<Report>>();

  of(id: string): Report[] {
    return this.reports.filter((report) => report.id === id);
  }

  /** The report that ends this generation. */
  end(id: string): Promise<Report> {
    let ending = this.#endings.get(id);
    if (!ending) {
      ending = new Promise((resolve) => this.#ended.set(id, resolve));
      this.#endings.set(id, ending);
    }
    return ending;
  }

  progress(id: string): Progress[] {
    return this.of(id).flatMap((report) => (report.type === 'progressed' ? [report.progress] : []));
  }

  started(id: string, deviceId: string): Promise<boolean> {
    return this.#write({ type: 'started', id, deviceId });
  }
  progressed(id: string, progress: Progress): Promise<boolean> {
    return this.#write({ type: 'progressed', id, progress });
  }
  resumed(id: string, fromStep: number, cause: ResumeCause): Promise<boolean> {
    return this.#write({ type: 'resumed', id, fromStep, cause });
  }
  succeeded(id: string, artifacts: readonly Artifact[], usage: Usage): Promise<boolean> {
    return this.#write({ type: 'succeeded', id, artifacts, usage });
  }
  failed(id: string, failure: GenerationFailure, usage: Usage): Promise<boolean> {
    return this.#write({ type: 'failed', id, failure, usage });
  }
  canceled(id: string): Promise<boolean> {
    return this.#write({ type: 'canceled', id });
  }

  async #write(report: Report): Promise<boolean> {
    await this.on(report);
    if (this.of(report.id).some(({ type }) => terminal.has(type))) return false;
    this.reports.push(report);
    if (terminal.has(report.type)) {
      void this.end(report.id);
      this.#ended.get(report.id)?.(report);
    }
    return true;
  }
}
