import { join } from 'node:path';
import { noteAddress } from './address-file.js';
import { loadTrustedDocuments } from './api/policy/load-trusted-documents.js';
import { startHttpServer } from './api/server.js';
import { FileArtifactStore } from './artifacts/artifact-store.js';
import { createAccess } from './auth/access.js';
import { requireProtection } from './auth/exposure.js';
import { systemClock } from './clock.js';
import type { Config } from './config.js';
import { Disposal } from './disposal.js';
import { EventLog } from './events/event-log.js';
import { EventStream } from './events/event-stream.js';
import { chooseDevices } from './execution/devices.js';
import { trialBy } from './execution/proven-gpus.js';
import { WorkFiles } from './execution/work-files.js';
import { openDatabase } from './generations/database.js';
import { createRecorder } from './generations/recorder.js';
import { ServerSettings } from './generations/server-settings.js';
import { GenerationService } from './generations/service.js';
import { GenerationStore } from './generations/store.js';
import { createLog } from './log.js';
import { bundledModel, ModelCatalog } from './models/catalog.js';
import { Measurements } from './scheduler/measurements.js';
import { StepScheduler } from './scheduler/scheduler.js';
import { startSweeping } from './uploads/sweep.js';
import { UploadStore } from './uploads/upload-store.js';
import { ffmpegVideoEncoder } from './video/video-encoder.js';
import { webhookOutbox } from './webhooks/events.js';
import { startWebhooks } from './webhooks/webhooks.js';

export interface App {
  /** Where the server answers, such as http://127.0.0.1:4000 */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * ReelQL, put together in the order in which a request meets its parts. What is opened later uses what is opened earlier, and
 * is closed before it; a part that fails to open closes those before it.
 * @throws ReelError, ModelError and the like, each with one sentence for the person who started it.
 */
export async function startApp(config: Config): Promise<App> {
  requireProtection(config);
  const log = createLog(config.logLevel);
  const parts = new Disposal();
  try {
    // What can be asked for: the bundled model and the imported ones.
    const catalog = await ModelCatalog.open(config);
    for (const { name, problem } of catalog.broken) log.warn({ model: name, problem }, 'A model cannot be used');

    // Where requests are kept: one row a generation, one log of events each, in one database that is ours alone.
    const database = await openDatabase(join(config.dataDir, 'reelql.db'));
    parts.defer(() => database.close());

    // How they are watched: the log is the stream.
    const events = new EventStream(new EventLog(database.client));
    parts.defer(() => events.close());
    const outbox = webhookOutbox(config.webhookEvents);
    const store = new GenerationStore(database, systemClock, (event) => events.publish(event), outbox);

    // Where their files go, and the pictures that they begin with.
    const artifacts = await FileArtifactStore.open(join(config.dataDir, 'artifacts'));
    const uploads = new UploadStore(database.client, artifacts, systemClock, config.maxUploadBytes);
    parts.defer(startSweeping(uploads, log));

    // Who may ask: API keys, their roles and rates and shares, links that need no key.
    const access = await createAccess(config, database.client, systemClock, log);
    parts.defer(() => access.close());

    // Who computes them: executors, a device one or two, and the policy between them and the generations; with what was measured
    // before, and with what is kept of generations under way.
    const workDirectory = join(config.dataDir, 'work');
    const identities = new Map(catalog.list().map(({ name, contentHash }) => [name, contentHash]));
    const measurements = await Measurements.open({ path: join(workDirectory, 'measurements.json'), identities, log });
    parts.defer(() => measurements.close());
    const scheduler = new StepScheduler({
      devices: await chooseDevices(config.devices, trialBy(bundledModel(), log)),
      catalog: (name) => catalog.get(name),
      workDirectory,
      measurements: (device) => measurements.of(device),
      headroomBytes: config.headroomBytes,
      weights: access.weightOf,
      recorder: createRecorder(store),
      artifacts,
      videoEncoder: ffmpegVideoEncoder(),
      clock: systemClock,
      log,
    });
    parts.defer(() => scheduler.stop());

    // What can be done with them; first of all, going on with what an earlier server left.
    const { queueCapacity, cacheScope } = config;
    const settings = new ServerSettings(database.client);
    const work = new WorkFiles(workDirectory);
    const used = { store, scheduler, catalog, artifacts, uploads, work, settings, clock: systemClock, log };
    const service = new GenerationService({ ...used, queueCapacity, cacheScope });
    await service.recover();

    // How much may be asked in one request.
    const documents = await loadTrustedDocuments(config);

    // How they are asked for: GraphQL over HTTP and WebSocket, files over HTTP.
    const { host, port } = config;
    const parties = { service, events, artifacts, uploads, scheduler, catalog, access, documents };
    const server = await startHttpServer({ ...parties, network: config, host, port, log });
    parts.defer(() => server.close());
    parts.defer(await noteAddress(config.dataDir, server.url));

    // Who is told of their end elsewhere.
    const baseUrl = config.publicUrl ?? server.url;
    const { links } = access;
    const told = { config, database: database.client, store, eventLog: events.log, links, baseUrl };
    parts.defer(await startWebhooks({ ...told, clock: systemClock, log }));

    return {
      url: server.url,
      async close() {
        server.drain();
        // Before the requests end: a Ctrl-C has reached ffmpeg too, and the scheduler must know that this is no failure.
        await scheduler.stop();
        await parts.close();
      },
    };
  } catch (error) {
    await parts.close();
    throw error;
  }
}
