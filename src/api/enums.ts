import { registerEnumType } from 'type-graphql';
import { failureCodes, generationPhases, generationStatuses, samplers } from '../generations/generation.js';
import { inputIssueCodes } from '../generations/issue.js';
import { cachePolicies, doesNotFitPolicies, quotaKinds } from '../generations/request.js';
import { batchings, estimateBases } from '../scheduler/ports.js';
import { videoFormats } from '../video/outputs.js';
import type { WebhookEventName } from '../webhooks/events.js';

/** GraphQL enums out of the application's lists of words: each value is its own name. */
function values<T extends string>(words: readonly T[]): { readonly [K in T]: K } {
  return Object.fromEntries(words.map((word) => [word, word])) as { [K in T]: K };
}

export const GenerationStatus = values(generationStatuses);
registerEnumType(GenerationStatus, {
  name: 'GenerationStatus',
  description: 'Where a generation is in its life. The last three are final.',
  valuesConfig: {
    QUEUED: { description: 'It waits for a device.' },
    RUNNING: { description: 'A device works on it.' },
    SUCCEEDED: { description: 'The video is there.' },
    FAILED: { description: 'It ended without a video; `failure` says why.' },
    CANCELED: { description: 'Somebody stopped it.' },
  },
});

export const GenerationPhase = values(generationPhases);
registerEnumType(GenerationPhase, {
  name: 'GenerationPhase',
  description: 'What is being done for a generation.',
  valuesConfig: {
    WAITING: { description: 'It waits for a device.' },
    LOADING: { description: 'The networks are loaded into memory.' },
    ENCODING_TEXT: { description: 'The prompt becomes vectors.' },
    DENOISING: { description: 'The steps: noise becomes latents.' },
    DECODING: { description: 'Latents become pictures.' },
    ENCODING_VIDEO: { description: 'Pictures become a file.' },
    DONE: { description: 'All work is done.' },
  },
});

export const Sampler = values(samplers);
registerEnumType(Sampler, {
  name: 'Sampler',
  description: 'How the denoising equation is solved.',
  valuesConfig: {
    UNIPC: { description: "UniPC multistep: the reference's choice, good from 20 steps." },
    EULER: { description: 'Flow-match Euler: one evaluation a step and no memory.' },
    DMD: {
      description:
        'For distilled models such as FastWan (3 steps) and Turbo (4 steps): predicts the video, then adds noise again.',
    },
  },
});

export const FailureCode = values(failureCodes);
registerEnumType(FailureCode, {
  name: 'FailureCode',
  description: 'Why a generation failed.',
  valuesConfig: {
    OUT_OF_MEMORY: { description: 'The device had less memory than the settings need.' },
    MODEL_LOAD_FAILED: { description: "The model's files could not be loaded." },
    DEVICE_LOST: { description: 'The process or the device that worked on it ended.' },
    NUMERIC_OVERFLOW: { description: 'The numbers left their range (NaN or infinity).' },
    ENCODER_FAILED: { description: 'The video could not be encoded.' },
    TIMED_OUT: { description: 'It took longer than allowed.' },
    STORAGE_FAILED: { description: 'The result could not be stored, for example because the disk is full.' },
    INTERNAL: { description: 'A mistake of ours; the log of the server knows more.' },
  },
});

export const ResumeCause = values(['PREEMPTED', 'DEVICE_LOST', 'SERVER_RESTARTED', 'CHECKPOINT_DAMAGED']);
registerEnumType(ResumeCause, {
  name: 'ResumeCause',
  description: 'Why a generation had to be resumed.',
  valuesConfig: {
    PREEMPTED: { description: 'A more urgent one went first.' },
    DEVICE_LOST: { description: 'Its device ended and another one took over.' },
    SERVER_RESTARTED: { description: 'The server ended and was started again.' },
    CHECKPOINT_DAMAGED: {
      description: 'What was kept of it on disk could not be read: it goes on from an earlier step.',
    },
  },
});

export const ArtifactKind = values(['VIDEO', 'POSTER', 'EXTRA']);
registerEnumType(ArtifactKind, {
  name: 'ArtifactKind',
  description: 'What a file is for.',
  valuesConfig: {
    VIDEO: { description: 'The video.' },
    POSTER: { description: 'A still picture of the video, from its middle.' },
    EXTRA: { description: 'Another file that was asked for: the video in a further format.' },
  },
});

export const DeviceKind = values(['CPU', 'CUDA']);
registerEnumType(DeviceKind, {
  name: 'DeviceKind',
  description: 'What sort of device it is.',
  valuesConfig: { CPU: { description: "The machine's processor." }, CUDA: { description: 'An NVIDIA GPU.' } },
});

export const DeviceStatus = values(['IDLE', 'LOADING', 'BUSY', 'DRAINING', 'LOST']);
registerEnumType(DeviceStatus, {
  name: 'DeviceStatus',
  description: 'What a device does.',
  valuesConfig: {
    IDLE: { description: 'It is free.' },
    LOADING: { description: 'It loads networks into its memory.' },
    BUSY: { description: 'It works on generations.' },
    DRAINING: { description: 'It finishes what it has and takes nothing new.' },
    LOST: { description: 'It cannot be used any more.' },
  },
});

export const InputIssueCode = values(inputIssueCodes);
registerEnumType(InputIssueCode, {
  name: 'InputIssueCode',
  description: 'What is wrong with a part of an input, for programs.',
  valuesConfig: {
    REQUIRED: { description: 'It must not be empty.' },
    TOO_SMALL: { description: 'It is below the least value.' },
    TOO_LARGE: { description: 'It is above the greatest value.' },
    TOO_LONG: { description: 'The text is longer than allowed.' },
    NOT_MULTIPLE_OF: { description: 'It must be divisible by a number that the message names.' },
    UNSUPPORTED: { description: 'It is not one of the values there are.' },
  },
});

export const VideoFormat = values(videoFormats);
registerEnumType(VideoFormat, {
  name: 'VideoFormat',
  description: 'A kind of video file.',
  valuesConfig: {
    MP4_H264: { description: 'MP4 with H.264: plays everywhere.' },
    WEBM_VP9: { description: 'WebM with VP9: smaller, for browsers.' },
    GIF: { description: 'An animated GIF: for where no video goes, at the price of colours and size.' },
    WEBP: { description: 'An animated WebP: like a GIF with all colours.' },
  },
});

export const DoesNotFitPolicy = values(doesNotFitPolicies);
registerEnumType(DoesNotFitPolicy, {
  name: 'DoesNotFitPolicy',
  description: 'What to do with settings that need more memory than the devices have.',
  valuesConfig: {
    REFUSE: { description: 'Answer DoesNotFit.' },
    DOWNGRADE: { description: 'Make it smaller until it fits, and say so in `adjustments`.' },
  },
});

export const BatchingPolicy = values(batchings);
registerEnumType(BatchingPolicy, {
  name: 'BatchingPolicy',
  description: 'Whether other generations may share its steps.',
  valuesConfig: {
    AUTO: { description: 'Where that is faster. The last bits of the video may then depend on the others.' },
    SOLO: { description: 'Never: the same bytes again on the same kind of device.' },
  },
});

export const CachePolicy = values(cachePolicies);
registerEnumType(CachePolicy, {
  name: 'CachePolicy',
  description:
    'What a stored video of the same request (model, prompts, settings, outputs, first frame) is good for. An identical one in flight counts as stored: its result is waited for instead of computing it twice. Only what the caller may see counts, unless the server is set to share its cache.',
  valuesConfig: {
    USE: { description: 'Answers at once where the seed agrees too. A seed that is left out agrees with none.' },
    USE_ANY_SEED: { description: 'Like USE; where the seed is left out, a stored video with whatever seed will do.' },
    REFRESH: { description: 'Nothing: it is made anew, and answers later requests instead of the older one.' },
    BYPASS: { description: 'Nothing, and the new one answers no later request either.' },
  },
});

export const EstimateBasis = values(estimateBases);
registerEnumType(EstimateBasis, {
  name: 'EstimateBasis',
  description: 'How the seconds of an estimate are known.',
  valuesConfig: {
    MEASURED: { description: 'This very work was timed on this machine.' },
    INTERPOLATED: { description: 'It lies between pieces of work that were timed.' },
    MODELED: { description: 'It is reasoned from what was timed.' },
  },
});

export const QuotaKind = values(quotaKinds);
registerEnumType(QuotaKind, {
  name: 'QuotaKind',
  description: 'Which quota of an API key.',
  valuesConfig: {
    QUEUED: { description: 'How many may wait at once.' },
    PER_DAY: { description: 'How many may be asked for in a day (UTC).' },
  },
});

export const WebhookEvent = {
  QUEUED: 'generation.queued',
  STARTED: 'generation.started',
  RESUMED: 'generation.resumed',
  SUCCEEDED: 'generation.succeeded',
  FAILED: 'generation.failed',
  CANCELED: 'generation.canceled',
} as const satisfies Record<string, WebhookEventName>;
registerEnumType(WebhookEvent, {
  name: 'WebhookEvent',
  description: 'What can be told to a webhook. For progress, subscribe.',
  valuesConfig: {
    QUEUED: { description: 'It was accepted.' },
    STARTED: { description: 'A device has begun.' },
    RESUMED: { description: 'It goes on after a pause or a loss.' },
    SUCCEEDED: { description: 'The video is there.' },
    FAILED: { description: 'It ended without a video.' },
    CANCELED: { description: 'Somebody stopped it.' },
  },
});
