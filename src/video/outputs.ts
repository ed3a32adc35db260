import type { GenerationSettings } from '../generations/generation.js';
import type { InputIssue, InputIssueCode } from '../generations/issue.js';

export const videoFormats = ['MP4_H264', 'WEBM_VP9', 'GIF', 'WEBP'] as const;
export type VideoFormat = (typeof videoFormats)[number];

/** In pixels of the video as generated. */
export interface Crop {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Drawn into the frames from `startSeconds` (included) to `endSeconds` (excluded). A line break in the text breaks the line. */
export interface Subtitle {
  readonly text: string;
  readonly startSeconds: number;
  readonly endSeconds: number;
}

/** What is made of the frames once they are decoded. */
export interface Outputs {
  /** At least one, none twice. The first is the video, the others are extras. */
  readonly formats: readonly VideoFormat[];
  /** Applied before anything else; null keeps the whole frame. */
  readonly crop: Crop | null;
  readonly subtitles: readonly Subtitle[];
}

export const defaultOutputs: Outputs = { formats: ['MP4_H264'], crop: null, subtitles: [] };

/** What the frames are like. */
export type FrameFormat = Pick<GenerationSettings, 'width' | 'height' | 'frameCount' | 'fps'>;

/** Smaller pictures are no video, and some encoders refuse them. */
export const minCropSize = 16;
export const maxSubtitles = 100;
export const maxSubtitleCharacters = 500;
export const maxSubtitleLines = 4;

/** Everything wrong with what is asked for; empty if it can be made of such frames. */
export function outputIssues({ formats, crop, subtitles }: Outputs, frames: FrameFormat): InputIssue[] {
  return [...formatIssues(formats), ...(crop ? cropIssues(crop, frames) : []), ...subtitleIssues(subtitles, frames)];
}

/**
 * The same outputs for a video that was made smaller or shorter than asked for: the crop keeps its place in the picture, and
 * subtitles end with the video. A subtitle that began after the new end is dropped.
 */
export function adaptOutputs(outputs: Outputs, from: FrameFormat, to: FrameFormat): Outputs {
  const duration = durationOf(to);
  return {
    formats: outputs.formats,
    crop: outputs.crop && adaptCrop(outputs.crop, from, to),
    subtitles: outputs.subtitles
      .filter(({ startSeconds }) => startSeconds < duration)
      .map((subtitle) => ({ ...subtitle, endSeconds: Math.min(subtitle.endSeconds, duration) })),
  };
}

export function durationOf({ frameCount, fps }: Pick<FrameFormat, 'frameCount' | 'fps'>): number {
  return frameCount / fps;
}

function formatIssues(formats: readonly VideoFormat[]): InputIssue[] {
  const path = ['outputs', 'formats'];
  if (formats.length === 0) return [issue(path, 'REQUIRED', 'Name at least one format, or leave formats out for MP4.')];
  return formats.flatMap((format, index) => {
    const here = [...path, String(index)];
    if (!videoFormats.includes(format)) {
      return [issue(here, 'UNSUPPORTED', `${format} is not one of ${videoFormats.join(', ')}.`)];
    }
    return formats.indexOf(format) < index ? [issue(here, 'UNSUPPORTED', `${format} is there twice.`)] : [];
  });
}

function cropIssues(crop: Crop, frames: FrameFormat): InputIssue[] {
  return [
    ...cropSide('x', crop.x, 'width', crop.width, frames.width),
    ...cropSide('y', crop.y, 'height', crop.height, frames.height),
  ];
}

type Corner = 'x' | 'y';
type Side = 'width' | 'height';

function cropSide(corner: Corner, start: number, side: Side, size: number, available: number): InputIssue[] {
  const at = (field: Corner | Side): string[] => ['outputs', 'crop', field];
  const issues: InputIssue[] = [];
  if (!Number.isInteger(start) || start < 0) {
    issues.push(issue(at(corner), 'TOO_SMALL', `${corner} must be a whole number from 0; ${start} is not.`));
  }
  if (!Number.isInteger(size) || size < minCropSize) {
    issues.push(issue(at(side), 'TOO_SMALL', `${side} must be at least ${minCropSize}; ${size} is not.`));
  } else if (size % 2 !== 0) {
    // Video stores colour at half the resolution.
    issues.push(issue(at(side), 'NOT_MULTIPLE_OF', `${side} must be even; ${size} is not.`));
  }
  if (issues.length === 0 && start + size > available) {
    const message = `The crop ends at ${start + size}, outside of the video, whose ${side} is ${available}.`;
    issues.push(issue(at(side), 'TOO_LARGE', message));
  }
  return issues;
}

function subtitleIssues(subtitles: readonly Subtitle[], frames: FrameFormat): InputIssue[] {
  const path = ['outputs', 'subtitles'];
  if (subtitles.length > maxSubtitles) {
    const message = `There are ${subtitles.length} subtitles; at most ${maxSubtitles} are allowed.`;
    return [issue(path, 'TOO_LONG', message)];
  }
  const duration = durationOf(frames);
  return subtitles.flatMap((subtitle, index) => [
    ...textIssues(subtitle.text, [...path, String(index), 'text']),
    ...timeIssues(subtitle, duration, [...path, String(index)]),
  ]);
}

function textIssues(text: string, path: readonly string[]): InputIssue[] {
  if (text.trim() === '') return [issue(path, 'REQUIRED', 'A subtitle needs a text.')];
  if (text.length > maxSubtitleCharacters) {
    const message = `The text has ${text.length} characters; at most ${maxSubtitleCharacters} are allowed.`;
    return [issue(path, 'TOO_LONG', message)];
  }
  const lines = text.split('\n').length;
  if (lines > maxSubtitleLines) {
    return [issue(path, 'TOO_LONG', `The text has ${lines} lines; at most ${maxSubtitleLines} are allowed.`)];
  }
  // Joiners and direction marks are format characters (Cf) and needed; a lone surrogate (Cs) is half a character.
  return /[^\P{Cc}\n]|\p{Cs}/u.test(text)
    ? [issue(path, 'UNSUPPORTED', 'The text must not hold control characters other than line breaks.')]
    : [];
}

function timeIssues({ startSeconds, endSeconds }: Subtitle, duration: number, path: readonly string[]): InputIssue[] {
  const until = `the video lasts ${round(duration)} s`;
  if (!(startSeconds >= 0)) {
    return [issue([...path, 'startSeconds'], 'TOO_SMALL', `startSeconds must be at least 0; ${startSeconds} is not.`)];
  }
  if (startSeconds >= duration) {
    return [issue([...path, 'startSeconds'], 'TOO_LARGE', `The subtitle starts at ${startSeconds} s; ${until}.`)];
  }
  if (!(endSeconds > startSeconds)) {
    const message = `endSeconds must be greater than startSeconds; ${endSeconds} is not greater than ${startSeconds}.`;
    return [issue([...path, 'endSeconds'], 'TOO_SMALL', message)];
  }
  // A caller who rounds 33/16 s to 2.07 s means the end.
  if (endSeconds > duration + 0.01) {
    return [issue([...path, 'endSeconds'], 'TOO_LARGE', `The subtitle ends at ${endSeconds} s; ${until}.`)];
  }
  return [];
}

function adaptCrop(crop: Crop, from: FrameFormat, to: FrameFormat): Crop {
  const [x, width] = adaptSpan(crop.x, crop.width, from.width, to.width);
  const [y, height] = adaptSpan(crop.y, crop.height, from.height, to.height);
  return { x, y, width, height };
}

function adaptSpan(start: number, size: number, from: number, to: number): [start: number, size: number] {
  const newSize = Math.min(to, Math.max(minCropSize, 2 * Math.round((size * to) / from / 2)));
  return [Math.min(to - newSize, Math.round((start * to) / from)), newSize];
}

function issue(path: readonly string[], code: InputIssueCode, message: string): InputIssue {
  return { path, code, message };
}

function round(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
