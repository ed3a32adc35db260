/** What the page asks. Constants, so that they can be trusted documents. */
export const landingOperations = {
  start: `query LandingStart {
  models { title examplePrompts }
  devices { name }
  queue { depth }
  generations(first: 1, filter: { status: [RUNNING, QUEUED] }) { edges { node { id prompt } } }
}`,
  latest: `query LandingLatest {
  generations(first: 12) { edges { node { id prompt status artifacts { kind url mimeType } } } }
}`,
  create: `mutation LandingCreate($input: CreateGenerationInput!) {
  createGeneration(input: $input) {
    ... on CreateGenerationSuccess { generation { id prompt } }
    ... on UserError { message }
  }
}`,
  cancel: `mutation LandingCancel($id: ID!) { cancelGeneration(input: { id: $id }) { __typename } }`,
  watch: `subscription LandingWatch($id: ID!, $after: NonNegativeInt!) {
  generationEvents(generationId: $id, after: $after) {
    __typename
    ... on SequencedEvent { sequence }
    ... on GenerationQueued { position }
    ... on GenerationProgressed {
      progress { phase step totalSteps fraction secondsRemaining preview { mimeType data } }
    }
    ... on GenerationSucceeded { artifacts { kind url } }
    ... on GenerationFailed { failure { message } }
  }
}`,
} as const;
