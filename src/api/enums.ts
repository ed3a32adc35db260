import { registerEnumType } from 'type-graphql';
import { failureCodes, generationPhases, generationStatuses, samplers } from '../generations/generation.js';
import { inputIssueCodes } from '../generations/issue.js';

/** GraphQL enums out of the application's lists of words: each value is its own name. */
function values<T extends string>(words: readonly T[]): { readonly [K in T]: K } {
  return Object.fromEntries(words.map((word) => [word, word])) as { [K in T]: K };
}

export const GenerationStatus = values(generationStatuses);
registerEnumType(GenerationStatus, {
  name: 'GenerationStatus',
  description: 'Where a generation is in its life. The last three are final.',
  valuesConfig: {
    QUEUED: { description: 'Waits for a device.' },
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
    WAITING: { description: 'Nothing yet.' },
    LOADING: { description: 'The networks are loaded into memory.' },
    ENCODING_TEXT: { description: 'The prompt becomes vectors.' },
    DENOISING: { description: 'The steps: noise becomes latents.' },
    DECODING: { description: 'Latents become pictures.' },
    ENCODING_VIDEO: { description: 'Pictures become a file.' },
    DONE: { description: 'Everything.' },
  },
});

export const Sampler = values(samplers);
registerEnumType(Sampler, {
  name: 'Sampler',
  description: 'How the denoising equation is solved.',
  valuesConfig: {
    UNIPC: { description: "UniPC multistep: the reference's choice, good from 20 steps." },
    EULER: { description: 'Flow-match Euler: one evaluation a step and no memory.' },
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

export const ResumeCause = values(['PREEMPTED', 'DEVICE_LOST', 'SERVER_RESTARTED']);
registerEnumType(ResumeCause, {
  name: 'ResumeCause',
  description: 'Why a generation had to be resumed.',
  valuesConfig: {
    PREEMPTED: { description: 'A more urgent one went first.' },
    DEVICE_LOST: { description: 'Its device ended and another one took over.' },
    SERVER_RESTARTED: { description: 'The server ended and was started again.' },
  },
});

export const ArtifactKind = values(['VIDEO', 'POSTER', 'EXTRA']);
registerEnumType(ArtifactKind, {
  name: 'ArtifactKind',
  description: 'What a file is for.',
  valuesConfig: {
    VIDEO: { description: 'The video.' },
    POSTER: { description: 'A still picture of it.' },
    EXTRA: { description: 'Anything else.' },
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
    IDLE: { description: 'Nothing.' },
    LOADING: { description: 'Loads networks.' },
    BUSY: { description: 'Works on generations.' },
    DRAINING: { description: 'Finishes what it has and takes nothing new.' },
    LOST: { description: 'Is not there any more.' },
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
