import { type EventBody, type GenerationEvent, isTerminal } from '../../src/events/event.js';
import type { EventLogReader, LogPage } from '../../src/events/event-log.js';

/** The log of one generation in memory, that can be made to stop in the middle of a read. */
export class MemoryLog implements EventLogReader {
  readonly events: GenerationEvent[] = [];
  reads = 0;
  beforeRead: () => void | Promise<void> = () => {};

  append(body: EventBody): GenerationEvent {
    const event = { ...body, generationId: 'g', sequence: this.events.length + 1, occurredAt: new Date(0) };
    this.events.push(event);
    return event;
  }

  async read(_id: string, after: number, limit: number) {
    this.reads += 1;
    const page = this.events.filter((event) => event.sequence > after).slice(0, limit);
    await this.beforeRead();
    return page;
  }

  async page(_id: string, { after, before, from, limit }: LogPage) {
    const range = this.events.filter(({ sequence }) => sequence > after && sequence < before);
    return from === 'oldest' ? range.slice(0, limit) : range.slice(-limit);
  }

  async end() {
    const last = this.events.at(-1);
    return last ? { lastSequence: last.sequence, final: isTerminal(last) } : null;
  }

  async preview() {
    return null;
  }
}

export const queued: EventBody = { type: 'GenerationQueued', position: 1 };
export const resumed: EventBody = { type: 'GenerationResumed', fromStep: 0, cause: 'DEVICE_LOST' };
export const ended: EventBody = { type: 'GenerationCanceled' };
export function progressed(step: number): EventBody {
  return {
    type: 'GenerationProgressed',
    progress: { phase: 'DENOISING', step, totalSteps: 9, fraction: 0, secondsRemaining: null },
  };
}
