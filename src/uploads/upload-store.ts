import type { Readable } from 'node:stream';
import type { FileArtifactStore } from '../artifacts/artifact-store.js';
import type { Caller } from '../auth/caller.js';
import type { Clock } from '../clock.js';
import type { PrismaClient } from '../generated/prisma/client.js';
import type { UploadModel } from '../generated/prisma/models/Upload.js';
import type { Upload, Uploads } from '../generations/ports.js';
import { newId } from '../ids.js';
import { inspectPicture } from './picture.js';
import { receive } from './receive.js';

/** How long a picture is kept that no generation refers to. */
export const uploadLifetimeMs = 24 * 60 * 60 * 1000;

/** Pictures of one owner that no generation refers to: beyond it somebody fills the disk. */
export const maxUnusedUploads = 500;

/** There are too many of the caller's that nobody uses. */
export class TooManyUploads extends Error {
  override readonly name = 'TooManyUploads';
  constructor() {
    super(`${maxUnusedUploads} of your uploads wait to be used. They are removed a day after they came.`);
  }
}

/** Pictures for first frames: rows in the database, bytes by their content in the store of all files. */
export class UploadStore implements Uploads {
  constructor(
    private readonly database: PrismaClient,
    private readonly files: FileArtifactStore,
    private readonly clock: Clock,
    readonly maxBytes: number,
  ) {}

  /** @throws TooManyUploads, TooLarge, UnusablePicture, StorageError, or what the body threw; nothing is left then. */
  async create(caller: Caller, body: Readable): Promise<Upload> {
    const unused = { clientId: caller.keyId, generations: { none: {} } };
    if ((await this.database.upload.count({ where: unused })) >= maxUnusedUploads) throw new TooManyUploads();
    const staged = await this.files.stage('picture');
    try {
      const { sha256, bytes } = await receive(body, staged, this.maxBytes);
      const { mimeType, width, height } = await inspectPicture(staged);
      // The row first: whoever deletes the same bytes elsewhere sees by it that they are needed.
      const row = await this.database.upload.create({
        data: {
          ...{ id: newId(), clientId: caller.keyId, sha256, mimeType, bytes: BigInt(bytes), width, height },
          createdAt: this.clock.now(),
        },
      });
      try {
        await this.files.commit(staged);
      } catch (error) {
        await this.database.upload.delete({ where: { id: row.id } });
        throw error;
      }
      return fromRow(row);
    } catch (error) {
      await this.files.discard(staged);
      throw error;
    }
  }

  async get(id: string): Promise<Upload | null> {
    const row = await this.database.upload.findUnique({ where: { id } });
    return row && fromRow(row);
  }

  path(sha256: string): string {
    return this.files.path(sha256);
  }

  /** Removes what no generation has referred to for a day. Returns how many that were. */
  async sweep(): Promise<number> {
    const before = new Date(this.clock.now().getTime() - uploadLifetimeMs);
    const unused = { createdAt: { lt: before }, generations: { none: {} } };
    return this.database.$transaction(
      async (tx) => {
        const stale = await tx.upload.findMany({ where: unused });
        await tx.upload.deleteMany({ where: { id: { in: stale.map(({ id }) => id) } } });
        for (const sha256 of new Set(stale.map((upload) => upload.sha256))) {
          const needed =
            (await tx.upload.findFirst({ where: { sha256 } })) ?? (await tx.artifact.findFirst({ where: { sha256 } }));
          if (!needed) await this.files.remove(sha256);
        }
        return stale.length;
      },
      { maxWait: 30_000, timeout: 30_000 },
    );
  }
}

function fromRow({ bytes, ...row }: UploadModel): Upload {
  return { ...row, bytes: Number(bytes) };
}
