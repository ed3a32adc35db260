import { isGuided } from '../../inference/pipeline/guidance.js';
import type { UnitOf, UnitResult } from '../execution/protocol.js';
import type { CostModel } from './cost-model.js';
import type { DeviceKind, UnitStage } from './policy.js';
import type { Job } from './ports.js';
import type { InstalledModel } from './work.js';

/** What is told to a generation whose turn has come. */
export interface Turn {
  readonly deviceId: string;
  readonly kind: DeviceKind;
  readonly costs: CostModel;
  /** Networks are loaded for it first. */
  readonly loads: boolean;
  /** It had a lane and then waited, because somebody else was more urgent. */
  readonly preempted: boolean;
}

/** Everything is in place for its unit. */
export interface Readiness {
  readonly loadSeconds: number;
  /** Steps done by the state that had to be opened for it; null where it was open. */
  readonly openedAt: number | null;
}

/** A generation as those see it who carry out what it asks for. */
export interface Asker {
  readonly job: Job;
  readonly model: InstalledModel;
  readonly priority: number;
  readonly started: boolean;
  /** No batch with others for now. */
  readonly alone: boolean;
  /** Of the devices that have it; null before its first turn. */
  readonly kind: DeviceKind | null;
  /** Steps done. */
  readonly step: number;
  secondsLeft(costs: CostModel): number | null;
  /** Whether its next state should be written down. */
  checkpointDue(): boolean;
  /** Nothing is done for it before this resolves; it has given its turn up if this rejects. */
  onTurn(turn: Turn): Promise<void>;
  onReady(stage: UnitStage, readiness: Readiness): Promise<void>;
}

interface Results {
  'encode-text': UnitResult<'encode-text'>;
  'encode-image': UnitResult<'encode-image'>;
  step: UnitResult<'step'>['members'][number];
  decode: UnitResult<'decode'>;
}

export interface Answer<S extends UnitStage = UnitStage> {
  readonly result: Results[S];
  /** Its part of what the unit took. */
  readonly seconds: number;
  /** Rows computed at once, those of others included. */
  readonly rows: number;
  readonly ownRows: number;
  readonly peakBytes: number | null;
  /** Of the device that did it. */
  readonly costs: CostModel;
}

/** Something that an asker waits for. */
export interface Pending {
  readonly asker: Asker;
  readonly stage: UnitStage;
  readonly signal: AbortSignal;
  /** How often the lane that has its state was given to somebody more urgent meanwhile. */
  passedOver: number;
  resolve(answer: Answer): void;
  reject(error: unknown): void;
}

/** An embedding or a first frame that a state needs is not on disk (any more). */
export class ConditioningMissing extends Error {
  override readonly name = 'ConditioningMissing';
}

/** The state had taken its last step, of which only the answer was lost. */
export class NoStepLeft extends Error {
  override readonly name = 'NoStepLeft';
}

export function requestOf({ prompt, negativePrompt, settings, firstFrame }: Job): UnitOf<'open'>['request'] {
  return { prompt, negativePrompt, settings, firstFrame: firstFrame !== null };
}

/** What has to be encoded: without guidance in any step nobody looks at the negative prompt. */
export function promptsOf({ prompt, negativePrompt, settings }: Job): readonly string[] {
  return isGuided(settings.guidanceScale) ? [prompt, negativePrompt] : [prompt];
}
