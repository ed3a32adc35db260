from collections.abc import AsyncIterator
from typing import Any, Optional, Union

from .async_base_client import AsyncBaseClient
from .base_model import UNSET, UnsetType
from .cancel_generation import CancelGeneration
from .create_generation import CreateGeneration
from .create_generations import CreateGenerations
from .delete_generation import DeleteGeneration
from .device_changed import DeviceChanged
from .devices import Devices
from .estimate_generation import EstimateGeneration
from .generation_by_id import GenerationById
from .generation_events import GenerationEvents
from .generation_log import GenerationLog
from .generation_outcome import GenerationOutcome
from .generations import Generations
from .input_types import (
    CancelGenerationInput,
    CreateGenerationInput,
    DeleteGenerationInput,
    EstimateGenerationInput,
    GenerationFilter,
    RetryGenerationInput,
    SetGenerationPriorityInput,
    SetGenerationStarredInput,
    SetQueuePausedInput,
)
from .models import Models
from .queue import Queue
from .queue_changed import QueueChanged
from .retry_generation import RetryGeneration
from .set_generation_priority import SetGenerationPriority
from .set_generation_starred import SetGenerationStarred
from .set_queue_paused import SetQueuePaused


def gql(q: str) -> str:
    return q


class Client(AsyncBaseClient):
    async def generation_events(
        self, id: str, after: int, **kwargs: Any
    ) -> AsyncIterator[GenerationEvents]:
        query = gql("""
            subscription GenerationEvents($id: ID!, $after: NonNegativeInt!) {
              generationEvents(generationId: $id, after: $after) {
                __typename
                ... on SequencedEvent {
                  sequence
                  occurredAt
                  generationId
                }
                ... on GenerationQueued {
                  position
                }
                ... on GenerationStarted {
                  device {
                    id
                    name
                  }
                }
                ... on GenerationResumed {
                  fromStep
                  cause
                }
                ... on GenerationProgressed {
                  progress {
                    ...Progress
                    preview {
                      ...Preview
                    }
                  }
                }
                ... on GenerationSucceeded {
                  artifacts {
                    ...Artifact
                  }
                }
                ... on GenerationFailed {
                  failure {
                    ...Failure
                  }
                }
              }
            }

            fragment Artifact on Artifact {
              kind
              url
              mimeType
              bytes
              sha256
              width
              height
              durationSeconds
            }

            fragment Failure on GenerationFailure {
              code
              message
              retryable
            }

            fragment Preview on Preview {
              step
              width
              height
              frameCount
              mimeType
              data
              url
            }

            fragment Progress on GenerationProgress {
              phase
              step
              totalSteps
              fraction
              secondsRemaining
              queuePosition
            }
            """)
        variables: dict[str, object] = {"id": id, "after": after}
        async for data in self.execute_ws(
            query=query,
            operation_name="GenerationEvents",
            variables=variables,
            **kwargs,
        ):
            yield GenerationEvents.model_validate(data)

    async def generation_outcome(
        self, id: str, after: int, **kwargs: Any
    ) -> AsyncIterator[GenerationOutcome]:
        query = gql("""
            subscription GenerationOutcome($id: ID!, $after: NonNegativeInt!) {
              generationEvents(generationId: $id, after: $after) {
                __typename
                ... on SequencedEvent {
                  sequence
                }
              }
            }
            """)
        variables: dict[str, object] = {"id": id, "after": after}
        async for data in self.execute_ws(
            query=query,
            operation_name="GenerationOutcome",
            variables=variables,
            **kwargs,
        ):
            yield GenerationOutcome.model_validate(data)

    async def create_generation(
        self, input: CreateGenerationInput, **kwargs: Any
    ) -> CreateGeneration:
        query = gql("""
            mutation CreateGeneration($input: CreateGenerationInput!) {
              createGeneration(input: $input) {
                __typename
                ... on CreateGenerationSuccess {
                  replayed
                  warnings {
                    ...Warning
                  }
                  generation {
                    ...Generation
                  }
                }
                ...Problem
              }
            }

            fragment Adjustment on Adjustment {
              field
              from
              to
              reason
            }

            fragment Artifact on Artifact {
              kind
              url
              mimeType
              bytes
              sha256
              width
              height
              durationSeconds
            }

            fragment Failure on GenerationFailure {
              code
              message
              retryable
            }

            fragment Generation on Generation {
              id
              status
              prompt
              negativePrompt
              settings {
                ...Settings
              }
              adjustments {
                ...Adjustment
              }
              warnings {
                ...Warning
              }
              modelName
              model {
                id
                name
              }
              device {
                id
                name
              }
              outputs {
                formats
                crop {
                  x
                  y
                  width
                  height
                }
                subtitles {
                  text
                  startSeconds
                  endSeconds
                }
              }
              firstFrame {
                id
                url
                width
                height
              }
              batching
              priority
              starred
              cached
              progress {
                ...Progress
              }
              artifacts {
                ...Artifact
              }
              failure {
                ...Failure
              }
              usage {
                queueSeconds
                computeSeconds
                wallSeconds
                peakBytes
                denoiserRows
                averageBatchRows
                resumes
                preemptions
              }
              remixedFrom {
                id
              }
              retriedFrom {
                id
              }
              lastSequence
              createdAt
              startedAt
              finishedAt
            }

            fragment Problem on UserError {
              __typename
              message
              ... on InvalidInput {
                issues {
                  path
                  message
                  code
                }
              }
              ... on NotFound {
                id
              }
              ... on QueueFull {
                capacity
                retryAfterSeconds
              }
              ... on QuotaExceeded {
                quota
                limit
                retryAfterSeconds
              }
              ... on DoesNotFit {
                requiredBytes
                availableBytes
                largestThatFits {
                  width
                  height
                  frameCount
                  fps
                  steps
                  guidanceScale
                  guidanceRescale
                  sampler
                  shift
                  seed
                  guidanceInterval {
                    start
                    end
                  }
                  cacheSteps
                }
              }
              ... on GenerationBusy {
                generation {
                  id
                }
              }
              ... on IdempotencyConflict {
                existing {
                  id
                }
              }
            }

            fragment Progress on GenerationProgress {
              phase
              step
              totalSteps
              fraction
              secondsRemaining
              queuePosition
            }

            fragment Settings on GenerationSettings {
              width
              height
              frameCount
              fps
              steps
              guidanceScale
              guidanceRescale
              sampler
              shift
              seed
              guidanceInterval {
                start
                end
              }
              cacheSteps
            }

            fragment Warning on SettingsWarning {
              field
              message
            }
            """)
        variables: dict[str, object] = {"input": input}
        response = await self.execute(
            query=query,
            operation_name="CreateGeneration",
            variables=variables,
            **kwargs,
        )
        data = self.get_data(response)
        return CreateGeneration.model_validate(data)

    async def create_generations(
        self, inputs: list[CreateGenerationInput], **kwargs: Any
    ) -> CreateGenerations:
        query = gql("""
            mutation CreateGenerations($inputs: [CreateGenerationInput!]!) {
              createGenerations(inputs: $inputs) {
                __typename
                ... on CreateGenerationsSuccess {
                  generations {
                    ...Generation
                  }
                }
                ...Problem
              }
            }

            fragment Adjustment on Adjustment {
              field
              from
              to
              reason
            }

            fragment Artifact on Artifact {
              kind
              url
              mimeType
              bytes
              sha256
              width
              height
              durationSeconds
            }

            fragment Failure on GenerationFailure {
              code
              message
              retryable
            }

            fragment Generation on Generation {
              id
              status
              prompt
              negativePrompt
              settings {
                ...Settings
              }
              adjustments {
                ...Adjustment
              }
              warnings {
                ...Warning
              }
              modelName
              model {
                id
                name
              }
              device {
                id
                name
              }
              outputs {
                formats
                crop {
                  x
                  y
                  width
                  height
                }
                subtitles {
                  text
                  startSeconds
                  endSeconds
                }
              }
              firstFrame {
                id
                url
                width
                height
              }
              batching
              priority
              starred
              cached
              progress {
                ...Progress
              }
              artifacts {
                ...Artifact
              }
              failure {
                ...Failure
              }
              usage {
                queueSeconds
                computeSeconds
                wallSeconds
                peakBytes
                denoiserRows
                averageBatchRows
                resumes
                preemptions
              }
              remixedFrom {
                id
              }
              retriedFrom {
                id
              }
              lastSequence
              createdAt
              startedAt
              finishedAt
            }

            fragment Problem on UserError {
              __typename
              message
              ... on InvalidInput {
                issues {
                  path
                  message
                  code
                }
              }
              ... on NotFound {
                id
              }
              ... on QueueFull {
                capacity
                retryAfterSeconds
              }
              ... on QuotaExceeded {
                quota
                limit
                retryAfterSeconds
              }
              ... on DoesNotFit {
                requiredBytes
                availableBytes
                largestThatFits {
                  width
                  height
                  frameCount
                  fps
                  steps
                  guidanceScale
                  guidanceRescale
                  sampler
                  shift
                  seed
                  guidanceInterval {
                    start
                    end
                  }
                  cacheSteps
                }
              }
              ... on GenerationBusy {
                generation {
                  id
                }
              }
              ... on IdempotencyConflict {
                existing {
                  id
                }
              }
            }

            fragment Progress on GenerationProgress {
              phase
              step
              totalSteps
              fraction
              secondsRemaining
              queuePosition
            }

            fragment Settings on GenerationSettings {
              width
              height
              frameCount
              fps
              steps
              guidanceScale
              guidanceRescale
              sampler
              shift
              seed
              guidanceInterval {
                start
                end
              }
              cacheSteps
            }

            fragment Warning on SettingsWarning {
              field
              message
            }
            """)
        variables: dict[str, object] = {"inputs": inputs}
        response = await self.execute(
            query=query,
            operation_name="CreateGenerations",
            variables=variables,
            **kwargs,
        )
        data = self.get_data(response)
        return CreateGenerations.model_validate(data)

    async def retry_generation(
        self, input: RetryGenerationInput, **kwargs: Any
    ) -> RetryGeneration:
        query = gql("""
            mutation RetryGeneration($input: RetryGenerationInput!) {
              retryGeneration(input: $input) {
                __typename
                ... on CreateGenerationSuccess {
                  replayed
                  warnings {
                    ...Warning
                  }
                  generation {
                    ...Generation
                  }
                }
                ...Problem
              }
            }

            fragment Adjustment on Adjustment {
              field
              from
              to
              reason
            }

            fragment Artifact on Artifact {
              kind
              url
              mimeType
              bytes
              sha256
              width
              height
              durationSeconds
            }

            fragment Failure on GenerationFailure {
              code
              message
              retryable
            }

            fragment Generation on Generation {
              id
              status
              prompt
              negativePrompt
              settings {
                ...Settings
              }
              adjustments {
                ...Adjustment
              }
              warnings {
                ...Warning
              }
              modelName
              model {
                id
                name
              }
              device {
                id
                name
              }
              outputs {
                formats
                crop {
                  x
                  y
                  width
                  height
                }
                subtitles {
                  text
                  startSeconds
                  endSeconds
                }
              }
              firstFrame {
                id
                url
                width
                height
              }
              batching
              priority
              starred
              cached
              progress {
                ...Progress
              }
              artifacts {
                ...Artifact
              }
              failure {
                ...Failure
              }
              usage {
                queueSeconds
                computeSeconds
                wallSeconds
                peakBytes
                denoiserRows
                averageBatchRows
                resumes
                preemptions
              }
              remixedFrom {
                id
              }
              retriedFrom {
                id
              }
              lastSequence
              createdAt
              startedAt
              finishedAt
            }

            fragment Problem on UserError {
              __typename
              message
              ... on InvalidInput {
                issues {
                  path
                  message
                  code
                }
              }
              ... on NotFound {
                id
              }
              ... on QueueFull {
                capacity
                retryAfterSeconds
              }
              ... on QuotaExceeded {
                quota
                limit
                retryAfterSeconds
              }
              ... on DoesNotFit {
                requiredBytes
                availableBytes
                largestThatFits {
                  width
                  height
                  frameCount
                  fps
                  steps
                  guidanceScale
                  guidanceRescale
                  sampler
                  shift
                  seed
                  guidanceInterval {
                    start
                    end
                  }
                  cacheSteps
                }
              }
              ... on GenerationBusy {
                generation {
                  id
                }
              }
              ... on IdempotencyConflict {
                existing {
                  id
                }
              }
            }

            fragment Progress on GenerationProgress {
              phase
              step
              totalSteps
              fraction
              secondsRemaining
              queuePosition
            }

            fragment Settings on GenerationSettings {
              width
              height
              frameCount
              fps
              steps
              guidanceScale
              guidanceRescale
              sampler
              shift
              seed
              guidanceInterval {
                start
                end
              }
              cacheSteps
            }

            fragment Warning on SettingsWarning {
              field
              message
            }
            """)
        variables: dict[str, object] = {"input": input}
        response = await self.execute(
            query=query, operation_name="RetryGeneration", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return RetryGeneration.model_validate(data)

    async def set_generation_priority(
        self, input: SetGenerationPriorityInput, **kwargs: Any
    ) -> SetGenerationPriority:
        query = gql("""
            mutation SetGenerationPriority($input: SetGenerationPriorityInput!) {
              setGenerationPriority(input: $input) {
                __typename
                ... on SetGenerationPrioritySuccess {
                  generation {
                    ...Generation
                  }
                }
                ...Problem
              }
            }

            fragment Adjustment on Adjustment {
              field
              from
              to
              reason
            }

            fragment Artifact on Artifact {
              kind
              url
              mimeType
              bytes
              sha256
              width
              height
              durationSeconds
            }

            fragment Failure on GenerationFailure {
              code
              message
              retryable
            }

            fragment Generation on Generation {
              id
              status
              prompt
              negativePrompt
              settings {
                ...Settings
              }
              adjustments {
                ...Adjustment
              }
              warnings {
                ...Warning
              }
              modelName
              model {
                id
                name
              }
              device {
                id
                name
              }
              outputs {
                formats
                crop {
                  x
                  y
                  width
                  height
                }
                subtitles {
                  text
                  startSeconds
                  endSeconds
                }
              }
              firstFrame {
                id
                url
                width
                height
              }
              batching
              priority
              starred
              cached
              progress {
                ...Progress
              }
              artifacts {
                ...Artifact
              }
              failure {
                ...Failure
              }
              usage {
                queueSeconds
                computeSeconds
                wallSeconds
                peakBytes
                denoiserRows
                averageBatchRows
                resumes
                preemptions
              }
              remixedFrom {
                id
              }
              retriedFrom {
                id
              }
              lastSequence
              createdAt
              startedAt
              finishedAt
            }

            fragment Problem on UserError {
              __typename
              message
              ... on InvalidInput {
                issues {
                  path
                  message
                  code
                }
              }
              ... on NotFound {
                id
              }
              ... on QueueFull {
                capacity
                retryAfterSeconds
              }
              ... on QuotaExceeded {
                quota
                limit
                retryAfterSeconds
              }
              ... on DoesNotFit {
                requiredBytes
                availableBytes
                largestThatFits {
                  width
                  height
                  frameCount
                  fps
                  steps
                  guidanceScale
                  guidanceRescale
                  sampler
                  shift
                  seed
                  guidanceInterval {
                    start
                    end
                  }
                  cacheSteps
                }
              }
              ... on GenerationBusy {
                generation {
                  id
                }
              }
              ... on IdempotencyConflict {
                existing {
                  id
                }
              }
            }

            fragment Progress on GenerationProgress {
              phase
              step
              totalSteps
              fraction
              secondsRemaining
              queuePosition
            }

            fragment Settings on GenerationSettings {
              width
              height
              frameCount
              fps
              steps
              guidanceScale
              guidanceRescale
              sampler
              shift
              seed
              guidanceInterval {
                start
                end
              }
              cacheSteps
            }

            fragment Warning on SettingsWarning {
              field
              message
            }
            """)
        variables: dict[str, object] = {"input": input}
        response = await self.execute(
            query=query,
            operation_name="SetGenerationPriority",
            variables=variables,
            **kwargs,
        )
        data = self.get_data(response)
        return SetGenerationPriority.model_validate(data)

    async def set_generation_starred(
        self, input: SetGenerationStarredInput, **kwargs: Any
    ) -> SetGenerationStarred:
        query = gql("""
            mutation SetGenerationStarred($input: SetGenerationStarredInput!) {
              setGenerationStarred(input: $input) {
                __typename
                ... on SetGenerationStarredSuccess {
                  generation {
                    ...Generation
                  }
                }
                ...Problem
              }
            }

            fragment Adjustment on Adjustment {
              field
              from
              to
              reason
            }

            fragment Artifact on Artifact {
              kind
              url
              mimeType
              bytes
              sha256
              width
              height
              durationSeconds
            }

            fragment Failure on GenerationFailure {
              code
              message
              retryable
            }

            fragment Generation on Generation {
              id
              status
              prompt
              negativePrompt
              settings {
                ...Settings
              }
              adjustments {
                ...Adjustment
              }
              warnings {
                ...Warning
              }
              modelName
              model {
                id
                name
              }
              device {
                id
                name
              }
              outputs {
                formats
                crop {
                  x
                  y
                  width
                  height
                }
                subtitles {
                  text
                  startSeconds
                  endSeconds
                }
              }
              firstFrame {
                id
                url
                width
                height
              }
              batching
              priority
              starred
              cached
              progress {
                ...Progress
              }
              artifacts {
                ...Artifact
              }
              failure {
                ...Failure
              }
              usage {
                queueSeconds
                computeSeconds
                wallSeconds
                peakBytes
                denoiserRows
                averageBatchRows
                resumes
                preemptions
              }
              remixedFrom {
                id
              }
              retriedFrom {
                id
              }
              lastSequence
              createdAt
              startedAt
              finishedAt
            }

            fragment Problem on UserError {
              __typename
              message
              ... on InvalidInput {
                issues {
                  path
                  message
                  code
                }
              }
              ... on NotFound {
                id
              }
              ... on QueueFull {
                capacity
                retryAfterSeconds
              }
              ... on QuotaExceeded {
                quota
                limit
                retryAfterSeconds
              }
              ... on DoesNotFit {
                requiredBytes
                availableBytes
                largestThatFits {
                  width
                  height
                  frameCount
                  fps
                  steps
                  guidanceScale
                  guidanceRescale
                  sampler
                  shift
                  seed
                  guidanceInterval {
                    start
                    end
                  }
                  cacheSteps
                }
              }
              ... on GenerationBusy {
                generation {
                  id
                }
              }
              ... on IdempotencyConflict {
                existing {
                  id
                }
              }
            }

            fragment Progress on GenerationProgress {
              phase
              step
              totalSteps
              fraction
              secondsRemaining
              queuePosition
            }

            fragment Settings on GenerationSettings {
              width
              height
              frameCount
              fps
              steps
              guidanceScale
              guidanceRescale
              sampler
              shift
              seed
              guidanceInterval {
                start
                end
              }
              cacheSteps
            }

            fragment Warning on SettingsWarning {
              field
              message
            }
            """)
        variables: dict[str, object] = {"input": input}
        response = await self.execute(
            query=query,
            operation_name="SetGenerationStarred",
            variables=variables,
            **kwargs,
        )
        data = self.get_data(response)
        return SetGenerationStarred.model_validate(data)

    async def delete_generation(
        self, input: DeleteGenerationInput, **kwargs: Any
    ) -> DeleteGeneration:
        query = gql("""
            mutation DeleteGeneration($input: DeleteGenerationInput!) {
              deleteGeneration(input: $input) {
                __typename
                ... on DeleteGenerationSuccess {
                  deletedId
                }
                ...Problem
              }
            }

            fragment Problem on UserError {
              __typename
              message
              ... on InvalidInput {
                issues {
                  path
                  message
                  code
                }
              }
              ... on NotFound {
                id
              }
              ... on QueueFull {
                capacity
                retryAfterSeconds
              }
              ... on QuotaExceeded {
                quota
                limit
                retryAfterSeconds
              }
              ... on DoesNotFit {
                requiredBytes
                availableBytes
                largestThatFits {
                  width
                  height
                  frameCount
                  fps
                  steps
                  guidanceScale
                  guidanceRescale
                  sampler
                  shift
                  seed
                  guidanceInterval {
                    start
                    end
                  }
                  cacheSteps
                }
              }
              ... on GenerationBusy {
                generation {
                  id
                }
              }
              ... on IdempotencyConflict {
                existing {
                  id
                }
              }
            }
            """)
        variables: dict[str, object] = {"input": input}
        response = await self.execute(
            query=query,
            operation_name="DeleteGeneration",
            variables=variables,
            **kwargs,
        )
        data = self.get_data(response)
        return DeleteGeneration.model_validate(data)

    async def estimate_generation(
        self, input: EstimateGenerationInput, **kwargs: Any
    ) -> EstimateGeneration:
        query = gql("""
            query EstimateGeneration($input: EstimateGenerationInput!) {
              estimateGeneration(input: $input) {
                __typename
                ... on EstimateGenerationSuccess {
                  estimate {
                    seconds
                    lowSeconds
                    highSeconds
                    queueSeconds
                    peakBytes
                    basis
                  }
                  settings {
                    width
                    height
                    frameCount
                    fps
                    steps
                    guidanceScale
                    guidanceRescale
                    sampler
                    shift
                    guidanceInterval {
                      start
                      end
                    }
                    cacheSteps
                  }
                  adjustments {
                    ...Adjustment
                  }
                  warnings {
                    ...Warning
                  }
                }
                ...Problem
              }
            }

            fragment Adjustment on Adjustment {
              field
              from
              to
              reason
            }

            fragment Problem on UserError {
              __typename
              message
              ... on InvalidInput {
                issues {
                  path
                  message
                  code
                }
              }
              ... on NotFound {
                id
              }
              ... on QueueFull {
                capacity
                retryAfterSeconds
              }
              ... on QuotaExceeded {
                quota
                limit
                retryAfterSeconds
              }
              ... on DoesNotFit {
                requiredBytes
                availableBytes
                largestThatFits {
                  width
                  height
                  frameCount
                  fps
                  steps
                  guidanceScale
                  guidanceRescale
                  sampler
                  shift
                  seed
                  guidanceInterval {
                    start
                    end
                  }
                  cacheSteps
                }
              }
              ... on GenerationBusy {
                generation {
                  id
                }
              }
              ... on IdempotencyConflict {
                existing {
                  id
                }
              }
            }

            fragment Warning on SettingsWarning {
              field
              message
            }
            """)
        variables: dict[str, object] = {"input": input}
        response = await self.execute(
            query=query,
            operation_name="EstimateGeneration",
            variables=variables,
            **kwargs,
        )
        data = self.get_data(response)
        return EstimateGeneration.model_validate(data)

    async def cancel_generation(
        self, input: CancelGenerationInput, **kwargs: Any
    ) -> CancelGeneration:
        query = gql("""
            mutation CancelGeneration($input: CancelGenerationInput!) {
              cancelGeneration(input: $input) {
                __typename
                ... on CancelGenerationSuccess {
                  generation {
                    ...Generation
                  }
                }
                ...Problem
              }
            }

            fragment Adjustment on Adjustment {
              field
              from
              to
              reason
            }

            fragment Artifact on Artifact {
              kind
              url
              mimeType
              bytes
              sha256
              width
              height
              durationSeconds
            }

            fragment Failure on GenerationFailure {
              code
              message
              retryable
            }

            fragment Generation on Generation {
              id
              status
              prompt
              negativePrompt
              settings {
                ...Settings
              }
              adjustments {
                ...Adjustment
              }
              warnings {
                ...Warning
              }
              modelName
              model {
                id
                name
              }
              device {
                id
                name
              }
              outputs {
                formats
                crop {
                  x
                  y
                  width
                  height
                }
                subtitles {
                  text
                  startSeconds
                  endSeconds
                }
              }
              firstFrame {
                id
                url
                width
                height
              }
              batching
              priority
              starred
              cached
              progress {
                ...Progress
              }
              artifacts {
                ...Artifact
              }
              failure {
                ...Failure
              }
              usage {
                queueSeconds
                computeSeconds
                wallSeconds
                peakBytes
                denoiserRows
                averageBatchRows
                resumes
                preemptions
              }
              remixedFrom {
                id
              }
              retriedFrom {
                id
              }
              lastSequence
              createdAt
              startedAt
              finishedAt
            }

            fragment Problem on UserError {
              __typename
              message
              ... on InvalidInput {
                issues {
                  path
                  message
                  code
                }
              }
              ... on NotFound {
                id
              }
              ... on QueueFull {
                capacity
                retryAfterSeconds
              }
              ... on QuotaExceeded {
                quota
                limit
                retryAfterSeconds
              }
              ... on DoesNotFit {
                requiredBytes
                availableBytes
                largestThatFits {
                  width
                  height
                  frameCount
                  fps
                  steps
                  guidanceScale
                  guidanceRescale
                  sampler
                  shift
                  seed
                  guidanceInterval {
                    start
                    end
                  }
                  cacheSteps
                }
              }
              ... on GenerationBusy {
                generation {
                  id
                }
              }
              ... on IdempotencyConflict {
                existing {
                  id
                }
              }
            }

            fragment Progress on GenerationProgress {
              phase
              step
              totalSteps
              fraction
              secondsRemaining
              queuePosition
            }

            fragment Settings on GenerationSettings {
              width
              height
              frameCount
              fps
              steps
              guidanceScale
              guidanceRescale
              sampler
              shift
              seed
              guidanceInterval {
                start
                end
              }
              cacheSteps
            }

            fragment Warning on SettingsWarning {
              field
              message
            }
            """)
        variables: dict[str, object] = {"input": input}
        response = await self.execute(
            query=query,
            operation_name="CancelGeneration",
            variables=variables,
            **kwargs,
        )
        data = self.get_data(response)
        return CancelGeneration.model_validate(data)

    async def generation_by_id(self, id: str, **kwargs: Any) -> GenerationById:
        query = gql("""
            query GenerationById($id: ID!) {
              node(id: $id) {
                __typename
                ...Generation
              }
            }

            fragment Adjustment on Adjustment {
              field
              from
              to
              reason
            }

            fragment Artifact on Artifact {
              kind
              url
              mimeType
              bytes
              sha256
              width
              height
              durationSeconds
            }

            fragment Failure on GenerationFailure {
              code
              message
              retryable
            }

            fragment Generation on Generation {
              id
              status
              prompt
              negativePrompt
              settings {
                ...Settings
              }
              adjustments {
                ...Adjustment
              }
              warnings {
                ...Warning
              }
              modelName
              model {
                id
                name
              }
              device {
                id
                name
              }
              outputs {
                formats
                crop {
                  x
                  y
                  width
                  height
                }
                subtitles {
                  text
                  startSeconds
                  endSeconds
                }
              }
              firstFrame {
                id
                url
                width
                height
              }
              batching
              priority
              starred
              cached
              progress {
                ...Progress
              }
              artifacts {
                ...Artifact
              }
              failure {
                ...Failure
              }
              usage {
                queueSeconds
                computeSeconds
                wallSeconds
                peakBytes
                denoiserRows
                averageBatchRows
                resumes
                preemptions
              }
              remixedFrom {
                id
              }
              retriedFrom {
                id
              }
              lastSequence
              createdAt
              startedAt
              finishedAt
            }

            fragment Progress on GenerationProgress {
              phase
              step
              totalSteps
              fraction
              secondsRemaining
              queuePosition
            }

            fragment Settings on GenerationSettings {
              width
              height
              frameCount
              fps
              steps
              guidanceScale
              guidanceRescale
              sampler
              shift
              seed
              guidanceInterval {
                start
                end
              }
              cacheSteps
            }

            fragment Warning on SettingsWarning {
              field
              message
            }
            """)
        variables: dict[str, object] = {"id": id}
        response = await self.execute(
            query=query, operation_name="GenerationById", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return GenerationById.model_validate(data)

    async def generation_log(
        self,
        id: str,
        first: Union[Optional[int], UnsetType] = UNSET,
        after: Union[Optional[str], UnsetType] = UNSET,
        **kwargs: Any,
    ) -> GenerationLog:
        query = gql("""
            query GenerationLog($id: ID!, $first: Int, $after: String) {
              node(id: $id) {
                __typename
                ... on Generation {
                  id
                  latentsKept
                  events(first: $first, after: $after) {
                    pageInfo {
                      hasNextPage
                      endCursor
                    }
                    edges {
                      node {
                        __typename
                        ... on SequencedEvent {
                          sequence
                          occurredAt
                        }
                        ... on GenerationQueued {
                          position
                        }
                        ... on GenerationStarted {
                          device {
                            id
                            name
                          }
                        }
                        ... on GenerationResumed {
                          fromStep
                          cause
                        }
                        ... on GenerationProgressed {
                          progress {
                            ...Progress
                          }
                        }
                        ... on GenerationSucceeded {
                          cached
                        }
                        ... on GenerationFailed {
                          failure {
                            ...Failure
                          }
                        }
                      }
                    }
                  }
                }
              }
            }

            fragment Failure on GenerationFailure {
              code
              message
              retryable
            }

            fragment Progress on GenerationProgress {
              phase
              step
              totalSteps
              fraction
              secondsRemaining
              queuePosition
            }
            """)
        variables: dict[str, object] = {"id": id, "first": first, "after": after}
        response = await self.execute(
            query=query, operation_name="GenerationLog", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return GenerationLog.model_validate(data)

    async def generations(
        self,
        first: Union[Optional[int], UnsetType] = UNSET,
        after: Union[Optional[str], UnsetType] = UNSET,
        last: Union[Optional[int], UnsetType] = UNSET,
        before: Union[Optional[str], UnsetType] = UNSET,
        filter_: Union[Optional[GenerationFilter], UnsetType] = UNSET,
        **kwargs: Any,
    ) -> Generations:
        query = gql("""
            query Generations($first: Int, $after: String, $last: Int, $before: String, $filter: GenerationFilter) {
              generations(
                first: $first
                after: $after
                last: $last
                before: $before
                filter: $filter
              ) {
                totalCount
                pageInfo {
                  hasNextPage
                  hasPreviousPage
                  startCursor
                  endCursor
                }
                edges {
                  cursor
                  node {
                    ...Generation
                  }
                }
              }
            }

            fragment Adjustment on Adjustment {
              field
              from
              to
              reason
            }

            fragment Artifact on Artifact {
              kind
              url
              mimeType
              bytes
              sha256
              width
              height
              durationSeconds
            }

            fragment Failure on GenerationFailure {
              code
              message
              retryable
            }

            fragment Generation on Generation {
              id
              status
              prompt
              negativePrompt
              settings {
                ...Settings
              }
              adjustments {
                ...Adjustment
              }
              warnings {
                ...Warning
              }
              modelName
              model {
                id
                name
              }
              device {
                id
                name
              }
              outputs {
                formats
                crop {
                  x
                  y
                  width
                  height
                }
                subtitles {
                  text
                  startSeconds
                  endSeconds
                }
              }
              firstFrame {
                id
                url
                width
                height
              }
              batching
              priority
              starred
              cached
              progress {
                ...Progress
              }
              artifacts {
                ...Artifact
              }
              failure {
                ...Failure
              }
              usage {
                queueSeconds
                computeSeconds
                wallSeconds
                peakBytes
                denoiserRows
                averageBatchRows
                resumes
                preemptions
              }
              remixedFrom {
                id
              }
              retriedFrom {
                id
              }
              lastSequence
              createdAt
              startedAt
              finishedAt
            }

            fragment Progress on GenerationProgress {
              phase
              step
              totalSteps
              fraction
              secondsRemaining
              queuePosition
            }

            fragment Settings on GenerationSettings {
              width
              height
              frameCount
              fps
              steps
              guidanceScale
              guidanceRescale
              sampler
              shift
              seed
              guidanceInterval {
                start
                end
              }
              cacheSteps
            }

            fragment Warning on SettingsWarning {
              field
              message
            }
            """)
        variables: dict[str, object] = {
            "first": first,
            "after": after,
            "last": last,
            "before": before,
            "filter": filter_,
        }
        response = await self.execute(
            query=query, operation_name="Generations", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return Generations.model_validate(data)

    async def devices(self, **kwargs: Any) -> Devices:
        query = gql("""
            query Devices {
              devices {
                ...Device
              }
            }

            fragment Device on Device {
              id
              name
              kind
              status
              totalBytes
              freeBytes
              usedByUsBytes
              memory {
                weightsBytes
                activationsBytes
                headroomBytes
                othersBytes
              }
              loaded {
                model {
                  id
                  name
                }
                component
                bytes
              }
              running {
                id
                prompt
              }
              observedAt
            }
            """)
        variables: dict[str, object] = {}
        response = await self.execute(
            query=query, operation_name="Devices", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return Devices.model_validate(data)

    async def models(self, **kwargs: Any) -> Models:
        query = gql("""
            query Models {
              models {
                id
                name
                title
                license
                card {
                  description
                  intendedUse
                  trainingData
                  limitations
                }
                contentHash
                examplePrompts
                defaults {
                  width
                  height
                  frameCount
                  fps
                  steps
                  guidanceScale
                  guidanceRescale
                  sampler
                  shift
                }
                limits {
                  maxWidth
                  maxHeight
                  sizeMultiple
                  maxFrames
                  frameMultiple
                  maxSteps
                  maxPromptTokens
                }
              }
            }
            """)
        variables: dict[str, object] = {}
        response = await self.execute(
            query=query, operation_name="Models", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return Models.model_validate(data)

    async def queue(
        self,
        first: Union[Optional[int], UnsetType] = UNSET,
        after: Union[Optional[str], UnsetType] = UNSET,
        **kwargs: Any,
    ) -> Queue:
        query = gql("""
            query Queue($first: Int, $after: String) {
              queue {
                ...Queue
                entries(first: $first, after: $after) {
                  totalCount
                  pageInfo {
                    hasNextPage
                    endCursor
                  }
                  edges {
                    cursor
                    node {
                      ...Generation
                    }
                  }
                }
              }
            }

            fragment Adjustment on Adjustment {
              field
              from
              to
              reason
            }

            fragment Artifact on Artifact {
              kind
              url
              mimeType
              bytes
              sha256
              width
              height
              durationSeconds
            }

            fragment Failure on GenerationFailure {
              code
              message
              retryable
            }

            fragment Generation on Generation {
              id
              status
              prompt
              negativePrompt
              settings {
                ...Settings
              }
              adjustments {
                ...Adjustment
              }
              warnings {
                ...Warning
              }
              modelName
              model {
                id
                name
              }
              device {
                id
                name
              }
              outputs {
                formats
                crop {
                  x
                  y
                  width
                  height
                }
                subtitles {
                  text
                  startSeconds
                  endSeconds
                }
              }
              firstFrame {
                id
                url
                width
                height
              }
              batching
              priority
              starred
              cached
              progress {
                ...Progress
              }
              artifacts {
                ...Artifact
              }
              failure {
                ...Failure
              }
              usage {
                queueSeconds
                computeSeconds
                wallSeconds
                peakBytes
                denoiserRows
                averageBatchRows
                resumes
                preemptions
              }
              remixedFrom {
                id
              }
              retriedFrom {
                id
              }
              lastSequence
              createdAt
              startedAt
              finishedAt
            }

            fragment Progress on GenerationProgress {
              phase
              step
              totalSteps
              fraction
              secondsRemaining
              queuePosition
            }

            fragment Queue on Queue {
              paused
              depth
              running
              capacity
            }

            fragment Settings on GenerationSettings {
              width
              height
              frameCount
              fps
              steps
              guidanceScale
              guidanceRescale
              sampler
              shift
              seed
              guidanceInterval {
                start
                end
              }
              cacheSteps
            }

            fragment Warning on SettingsWarning {
              field
              message
            }
            """)
        variables: dict[str, object] = {"first": first, "after": after}
        response = await self.execute(
            query=query, operation_name="Queue", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return Queue.model_validate(data)

    async def queue_changed(self, **kwargs: Any) -> AsyncIterator[QueueChanged]:
        query = gql("""
            subscription QueueChanged {
              queueChanged {
                ...Queue
              }
            }

            fragment Queue on Queue {
              paused
              depth
              running
              capacity
            }
            """)
        variables: dict[str, object] = {}
        async for data in self.execute_ws(
            query=query, operation_name="QueueChanged", variables=variables, **kwargs
        ):
            yield QueueChanged.model_validate(data)

    async def device_changed(
        self, device_id: Union[Optional[str], UnsetType] = UNSET, **kwargs: Any
    ) -> AsyncIterator[DeviceChanged]:
        query = gql("""
            subscription DeviceChanged($deviceId: ID) {
              deviceChanged(deviceId: $deviceId) {
                ...Device
              }
            }

            fragment Device on Device {
              id
              name
              kind
              status
              totalBytes
              freeBytes
              usedByUsBytes
              memory {
                weightsBytes
                activationsBytes
                headroomBytes
                othersBytes
              }
              loaded {
                model {
                  id
                  name
                }
                component
                bytes
              }
              running {
                id
                prompt
              }
              observedAt
            }
            """)
        variables: dict[str, object] = {"deviceId": device_id}
        async for data in self.execute_ws(
            query=query, operation_name="DeviceChanged", variables=variables, **kwargs
        ):
            yield DeviceChanged.model_validate(data)

    async def set_queue_paused(
        self, input: SetQueuePausedInput, **kwargs: Any
    ) -> SetQueuePaused:
        query = gql("""
            mutation SetQueuePaused($input: SetQueuePausedInput!) {
              setQueuePaused(input: $input) {
                __typename
                ... on SetQueuePausedSuccess {
                  queue {
                    ...Queue
                  }
                }
              }
            }

            fragment Queue on Queue {
              paused
              depth
              running
              capacity
            }
            """)
        variables: dict[str, object] = {"input": input}
        response = await self.execute(
            query=query, operation_name="SetQueuePaused", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return SetQueuePaused.model_validate(data)
