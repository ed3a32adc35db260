import type { CreateGenerationInput, Generation, OutputsInput } from '@reelql/sdk';
import {
  CancelGeneration,
  CreateGeneration,
  CreateGenerations,
  DeleteGeneration,
  RetryGeneration,
  SetGenerationPriority,
  SetGenerationStarred,
} from '../../../sdk/src/generated/operations.js';
import { successOf } from '../../../sdk/src/problems.js';
import { mutate } from '../transport/mutate.js';

/** What the page does to generations. All of it updates the cache, and so every component that shows one; all throw ReelQLError. */

export async function create(input: CreateGenerationInput): Promise<Generation> {
  const keyed = { ...input, idempotencyKey: idempotencyKey() };
  return successOf((await mutate(CreateGeneration, { input: keyed })).createGeneration).generation;
}

/** All or none; at most 64. */
export async function createMany(inputs: readonly CreateGenerationInput[]): Promise<readonly Generation[]> {
  const keyed = inputs.map((input) => ({ ...input, idempotencyKey: idempotencyKey() }));
  return successOf((await mutate(CreateGenerations, { inputs: keyed })).createGenerations).generations;
}

/** @param outputs what to make of the same pictures; as before if left out */
export async function retry(id: string, outputs?: OutputsInput): Promise<Generation> {
  const input = { id, outputs, idempotencyKey: idempotencyKey() };
  return successOf((await mutate(RetryGeneration, { input })).retryGeneration).generation;
}

export async function cancel(id: string): Promise<Generation> {
  return successOf((await mutate(CancelGeneration, { input: { id } })).cancelGeneration).generation;
}

/** One that runs is stopped first. */
export async function remove(id: string): Promise<void> {
  await cancel(id);
  successOf((await mutate(DeleteGeneration, { input: { id } })).deleteGeneration);
}

export async function star(id: string, starred: boolean): Promise<Generation> {
  return successOf((await mutate(SetGenerationStarred, { input: { id, starred } })).setGenerationStarred).generation;
}

export async function prioritise(id: string, priority: number): Promise<Generation> {
  return successOf((await mutate(SetGenerationPriority, { input: { id, priority } })).setGenerationPriority).generation;
}

/** A version 4 UUID. crypto.randomUUID is there in secure contexts only, which a server in the next room is not. */
export function idempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
