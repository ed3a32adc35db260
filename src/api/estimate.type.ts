import { GraphQLSafeInt } from 'graphql-scalars';
import { createUnionType, Field, Float, ID, InputType, ObjectType } from 'type-graphql';
import type { EstimateResult } from '../generations/estimate.js';
import type * as domain from '../generations/generation.js';
import type { DoesNotFitPolicy as Fit } from '../generations/request.js';
import type { EstimateBasis as Basis, Estimate as StoredEstimate } from '../scheduler/ports.js';
import { DoesNotFit } from './create-generation.result.js';
import { DoesNotFitPolicy, EstimateBasis } from './enums.js';
import { Adjustment, SettingsWarning } from './generation.type.js';
import { GenerationSettingsInput } from './generation-settings.input.js';
import { ModelDefaults } from './model-defaults.type.js';
import { InvalidInput, NotFound } from './user-error.type.js';

@InputType({ description: 'What would be made.' })
export class EstimateGenerationInput {
  @Field(() => ID, { nullable: true, description: 'Leave out for the default model.' })
  readonly modelId?: string | null;

  @Field(() => GenerationSettingsInput, { nullable: true, description: 'Leave out for the defaults of the model.' })
  readonly settings?: GenerationSettingsInput | null;

  @Field(() => DoesNotFitPolicy, {
    nullable: true,
    defaultValue: DoesNotFitPolicy.REFUSE,
    description: 'With DOWNGRADE the estimate is of what would be made instead.',
  })
  readonly onDoesNotFit?: Fit | null;
}

@ObjectType({ description: 'What a video would cost.' })
export class Estimate implements StoredEstimate {
  @Field(() => Float, { description: 'Seconds from its start to its end, if it had the device to itself.' })
  readonly seconds!: number;

  @Field(() => Float, { description: 'Lower bound in seconds: it rarely takes less.' })
  readonly lowSeconds!: number;

  @Field(() => Float, { description: 'Upper bound in seconds: it rarely takes more.' })
  readonly highSeconds!: number;

  @Field(() => Float, { description: 'Seconds until it would start, behind all that waits and runs now.' })
  readonly queueSeconds!: number;

  @Field(() => GraphQLSafeInt, { description: 'Peak of the memory in use, in bytes.' })
  readonly peakBytes!: number;

  @Field(() => EstimateBasis, { description: 'How the seconds are known.' })
  readonly basis!: Basis;
}

@ObjectType({ description: 'The settings are valid and fit.' })
export class EstimateGenerationSuccess {
  constructor(private readonly result: Extract<EstimateResult, { kind: 'estimated' }>) {}

  @Field(() => Estimate, { nullable: true, description: 'Null until enough is measured to say anything.' })
  get estimate(): StoredEstimate | null {
    return this.result.estimate;
  }

  @Field(() => ModelDefaults, { description: 'What would be made, every default resolved; the seed does not matter.' })
  get settings(): Omit<domain.GenerationSettings, 'seed'> {
    return this.result.settings;
  }

  @Field(() => [Adjustment], { description: 'What the server would change in the settings asked for.' })
  get adjustments(): readonly domain.Adjustment[] {
    return this.result.adjustments;
  }

  @Field(() => [SettingsWarning], { description: 'Settings that are allowed and probably a mistake.' })
  get warnings(): readonly domain.SettingsWarning[] {
    return this.result.warnings;
  }
}

export const EstimateGenerationResult = createUnionType({
  name: 'EstimateGenerationResult',
  description: 'What became of estimateGeneration.',
  types: () => [EstimateGenerationSuccess, InvalidInput, NotFound, DoesNotFit] as const,
});
export type EstimateGenerationResult = typeof EstimateGenerationResult;
