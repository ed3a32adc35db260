/**
 * What the SDK's types allow and refuse, checked by `npm run typecheck` and never run: a `@ts-expect-error` on a line that compiles is
 * an error itself.
 */
import {
  type Generation,
  type GenerationEvent,
  GenerationFailedError,
  type GenerationStatus,
  InvalidInputError,
  isTerminal,
  ReelQL,
  type ReelQLError,
} from '../../clients/sdk/src/index.js';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function holds<_ extends true>(): void {}

export async function options(): Promise<void> {
  new ReelQL({ url: 'http://127.0.0.1:4000' });
  new ReelQL({ url: 'http://127.0.0.1:4000', apiKey: undefined, headers: { 'x-tenant': 'a' } });
  // @ts-expect-error a server must be named
  new ReelQL({});
  // @ts-expect-error an option that there is none of
  new ReelQL({ url: '', token: 'secret' });
}

export async function inputs(client: ReelQL): Promise<void> {
  await client.generate({
    prompt: 'a',
    settings: { width: 256, sampler: 'UNIPC', seed: 1 },
    outputs: { formats: ['GIF'] },
  });
  // @ts-expect-error a prompt is needed
  await client.generate({ settings: { width: 256 } });
  // @ts-expect-error a setting that there is none of
  await client.generate({ prompt: 'a', settings: { wdith: 256 } });
  // @ts-expect-error numbers are no text
  await client.generate({ prompt: 'a', settings: { width: '256' } });
  // @ts-expect-error a sampler that there is none of
  await client.generate({ prompt: 'a', settings: { sampler: 'HEUN' } });
  // @ts-expect-error a status is one of a closed set
  await client.generations.list({ filter: { status: ['DONE'] } });
  await client.generations.list({ first: 3, filter: { status: ['FAILED', 'CANCELED'] } });
  // @ts-expect-error an upload is bytes, not a path
  await client.upload('picture.png');
}

export async function results(client: ReelQL): Promise<void> {
  const made = await client.generate({ prompt: 'a' });
  holds<Equal<typeof made.id, string>>();
  const result = await made.result();
  holds<Equal<typeof result, Generation>>();
  holds<Equal<typeof result.status, GenerationStatus>>();
  holds<Equal<typeof result.settings.seed, number>>();
  // @ts-expect-error the device is null until it is started
  result.device.name;
  // @ts-expect-error what the server says is not ours to change
  result.settings.seed = 1;
  // @ts-expect-error an estimate is null where the server cannot tell
  (await client.estimate()).estimate.seconds;
}

export async function events(client: ReelQL): Promise<void> {
  for await (const event of client.generations.events('generation_1', { after: 3 })) {
    holds<Equal<typeof event, GenerationEvent>>();
    // @ts-expect-error only some events have a progress
    event.progress;
    if (event.__typename === 'GenerationProgressed') {
      holds<Equal<typeof event.progress.fraction, number>>();
      // @ts-expect-error the first steps have no picture
      event.progress.preview.data;
    }
    // @ts-expect-error an event that there is none of
    if (event.__typename === 'GenerationExploded') return;
    if (isTerminal(event)) {
      holds<Equal<typeof event.__typename, 'GenerationSucceeded' | 'GenerationFailed' | 'GenerationCanceled'>>();
    }
  }
}

/** A switch over the type of an event covers all of them, or does not compile. */
export function described(event: GenerationEvent): string {
  switch (event.__typename) {
    case 'GenerationQueued':
      return `number ${event.position}`;
    case 'GenerationStarted':
      return event.device.name;
    case 'GenerationProgressed':
      return event.progress.phase;
    case 'GenerationResumed':
      return event.cause;
    case 'GenerationSucceeded':
      return event.artifacts.map(({ url }) => url).join();
    case 'GenerationFailed':
      return event.failure.code;
    case 'GenerationCanceled':
      return 'canceled';
  }
}

export function errors(error: ReelQLError): void {
  if (error instanceof InvalidInputError) error.issues.map((issue) => issue.path.join('.'));
  if (error instanceof GenerationFailedError) holds<Equal<typeof error.failure.retryable, boolean>>();
  // @ts-expect-error not every error has issues
  error.issues;
}
