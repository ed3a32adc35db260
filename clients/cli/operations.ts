/** The GraphQL documents of the command line and the shapes of what they select. */

export const createGeneration = /* GraphQL */ `
  mutation CreateGeneration($input: CreateGenerationInput!) {
    createGeneration(input: $input) {
      __typename
      ... on CreateGenerationSuccess {
        generation {
          id
          prompt
          settings { width height frameCount fps steps guidanceScale sampler shift seed }
          adjustments { field from to reason }
        }
        warnings { field message }
      }
      ... on UserError { message }
      ... on InvalidInput { issues { path message } }
    }
  }
`;

export interface Settings {
  width: number;
  height: number;
  frameCount: number;
  fps: number;
  steps: number;
  guidanceScale: number;
  sampler: string;
  shift: number;
  seed: number;
}

export interface CreateGenerationData {
  createGeneration: {
    __typename: string;
    generation?: {
      id: string;
      prompt: string;
      settings: Settings;
      adjustments: { field: string; from: string; to: string; reason: string }[];
    };
    warnings?: { field: string; message: string }[];
    message?: string;
    issues?: { path: string[]; message: string }[];
  };
}

export const generationEvents = /* GraphQL */ `
  subscription GenerationEvents($id: ID!, $after: NonNegativeInt!) {
    generationEvents(generationId: $id, after: $after) {
      __typename
      ... on SequencedEvent { sequence }
      ... on GenerationQueued { position }
      ... on GenerationStarted { device { name } }
      ... on GenerationProgressed {
        progress {
          phase step totalSteps fraction secondsRemaining
          preview { step width height frameCount mimeType data }
        }
      }
      ... on GenerationSucceeded {
        artifacts { kind url mimeType bytes width height durationSeconds }
      }
      ... on GenerationFailed { failure { code message retryable } }
    }
  }
`;

export interface PreviewData {
  step: number;
  width: number;
  height: number;
  frameCount: number;
  mimeType: string;
  /** base64 */
  data: string;
}

export interface ProgressData {
  phase: string;
  step: number;
  totalSteps: number;
  fraction: number;
  secondsRemaining: number | null;
  preview: PreviewData | null;
}

export interface ArtifactData {
  kind: string;
  url: string;
  mimeType: string;
  bytes: number;
  width: number;
  height: number;
  durationSeconds: number | null;
}

export type EventData = { sequence: number } & (
  | { __typename: 'GenerationQueued'; position: number }
  | { __typename: 'GenerationStarted'; device: { name: string } }
  | { __typename: 'GenerationResumed' }
  | { __typename: 'GenerationProgressed'; progress: ProgressData }
  | { __typename: 'GenerationSucceeded'; artifacts: ArtifactData[] }
  | { __typename: 'GenerationFailed'; failure: { code: string; message: string; retryable: boolean } }
  | { __typename: 'GenerationCanceled' }
);

export interface GenerationEventsData {
  generationEvents: EventData;
}

export const cancelGeneration = /* GraphQL */ `
  mutation CancelGeneration($id: ID!) {
    cancelGeneration(input: { id: $id }) {
      __typename
      ... on UserError { message }
    }
  }
`;
