import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TrustedDocuments } from '../../src/api/policy/trusted-documents.js';
import { type HttpServer, type NetworkOptions, startHttpServer } from '../../src/api/server.js';
import { FileArtifactStore } from '../../src/artifacts/artifact-store.js';
import { type Access, createAccess, openAccess } from '../../src/auth/access.js';
import { type Clock, systemClock } from '../../src/clock.js';
import { EventLog } from '../../src/events/event-log.js';
import { EventStream } from '../../src/events/event-stream.js';
import { WorkFiles } from '../../src/execution/work-files.js';
import type { ModelCatalog, ModelInfo } from '../../src/generations/catalog.js';
import type { CacheScope } from '../../src/generations/create.js';
import { type Database, openDatabase } from '../../src/generations/database.js';
import type { Artifact } from '../../src/generations/generation.js';
import { createRecorder } from '../../src/generations/recorder.js';
import { ServerSettings } from '../../src/generations/server-settings.js';
import { GenerationService } from '../../src/generations/service.js';
import { GenerationStore } from '../../src/generations/store.js';
import { createLog, type Log } from '../../src/log.js';
import { UploadStore } from '../../src/uploads/upload-store.js';
import { webhookEvents, webhookOutbox } from '../../src/webhooks/events.js';
import { HandScheduler } from './hand-scheduler.js';

export const toyModel: ModelInfo = {
  name: 'toy',
  title: 'Toy',
  license: 'Apache-2.0',
  card: { intendedUse: 'Tests' },
  defaults: {
    width: 256,
    height: 160,
    frameCount: 33,
    fps: 16,
    steps: 4,
    guidanceScale: 4,
    guidanceRescale: 0,
    sampler: 'UNIPC',
    shift: 3,
  },
  limits: {
    maxWidth: 512,
    maxHeight: 320,
    sizeMultiple: 32,
    maxFrames: 65,
    frameMultiple: 4,
    maxSteps: 50,
    maxPromptTokens: 64,
  },
  examplePrompts: ['A red sports car at sunset', 'A blue boat at night'],
  contentHash: 'c0ffee',
  countTokens: async (text) => text.split(/\s+/).length,
};

export const catalog: ModelCatalog = {
  list: () => [toyModel],
  get: (name) => (name === toyModel.name ? toyModel : undefined),
  default: toyModel,
};

export interface ApiServerOptions {
  readonly dataDir?: string;
  readonly queueCapacity?: number;
  readonly cacheScope?: CacheScope;
  readonly port?: number;
  readonly clock?: Clock;
  /** API keys are wanted; otherwise everybody may do everything. */
  readonly auth?: { readonly requestsPerMinute?: number; readonly linkSeconds?: number; readonly clock?: Clock };
  readonly scheduler?: HandScheduler;
  readonly documents?: TrustedDocuments;
  readonly network?: Partial<NetworkOptions>;
}

/** The real server, database and files, in a folder of its own, with work done by hand. */
export class ApiServer {
  private constructor(
    readonly dataDir: string,
    readonly http: HttpServer,
    readonly access: Access,
    readonly database: Database,
    readonly store: GenerationStore,
    readonly events: EventStream,
    readonly artifacts: FileArtifactStore,
    readonly scheduler: HandScheduler,
    readonly service: GenerationService,
    /** Lines of the log, parsed. */
    readonly logged: Record<string, unknown>[],
  ) {}

  static async start(options: ApiServerOptions = {}): Promise<ApiServer> {
    const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'reelql-api-')));
    const logged: Record<string, unknown>[] = [];
    const log: Log = createLog('info', { write: (line) => void logged.push(JSON.parse(line)) });
    const database = await openDatabase(join(dataDir, 'reelql.db'));
    const events = new EventStream(new EventLog(database.client));
    const publish = events.publish.bind(events);
    const outbox = webhookOutbox(webhookEvents);
    const store = new GenerationStore(database, options.clock ?? systemClock, publish, outbox);
    const artifacts = await FileArtifactStore.open(join(dataDir, 'artifacts'));
    const uploads = new UploadStore(database.client, artifacts, systemClock, 200_000);
    const scheduler = options.scheduler ?? new HandScheduler();
    scheduler.recorder = createRecorder(store);
    const service = new GenerationService({
      ...{ store, scheduler, catalog, artifacts, uploads, log },
      work: new WorkFiles(join(dataDir, 'work')),
      settings: new ServerSettings(database.client),
      clock: options.clock ?? systemClock,
      queueCapacity: options.queueCapacity ?? 100,
      cacheScope: options.cacheScope ?? 'key',
    });
    await service.recover();
    const access = options.auth
      ? await createAccess(
          { auth: 'keys', dataDir, requestsPerMinute: 600, linkSeconds: 3600, ...options.auth },
          database.client,
          options.auth.clock ?? systemClock,
          log,
        )
      : openAccess;
    const http = await startHttpServer({
      service,
      events,
      artifacts,
      uploads,
      scheduler,
      catalog,
      access,
      documents: options.documents ?? TrustedDocuments.off,
      network: {
        allowedOrigins: [],
        serveNetworkWithoutAuth: false,
        connectionsPerKey: 256,
        connectionsPerAddress: 2048,
        trustProxy: [],
        ...options.network,
      },
      host: '127.0.0.1',
      port: options.port ?? 0,
      log,
    }).catch(async (error) => {
      await database.close();
      throw error;
    });
    return new ApiServer(dataDir, http, access, database, store, events, artifacts, scheduler, service, logged);
  }

  get url(): string {
    return this.http.url;
  }

  /** Stores bytes as the video of a generation would be. */
  async storeVideo(bytes: Uint8Array): Promise<Artifact> {
    const staged = await this.artifacts.stage('mp4');
    await writeFile(staged, bytes);
    const stored = await this.artifacts.commit(staged);
    return { kind: 'VIDEO', ...stored, mimeType: 'video/mp4', width: 256, height: 160, durationSeconds: 2.0625 };
  }

  /** Ends the server and leaves its data. */
  async stop(): Promise<void> {
    await this.http.close();
    this.events.close();
    await this.access.close();
    await this.database.close();
  }

  async close(): Promise<void> {
    await this.stop();
    await rm(this.dataDir, { recursive: true, force: true });
  }
}
