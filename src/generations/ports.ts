/** What the application needs of the files, and nothing else of them. */

/** The content-addressed store behind artifacts. */
export interface ArtifactFiles {
  has(sha256: string): Promise<boolean>;
  /** Does nothing where there is no such file. */
  remove(sha256: string): Promise<void>;
}

/** A picture that was uploaded to be a first frame. */
export interface Upload {
  readonly id: string;
  /** The API key that it belongs to. */
  readonly clientId: string | null;
  readonly sha256: string;
  readonly mimeType: string;
  readonly bytes: number;
  readonly width: number;
  readonly height: number;
  readonly createdAt: Date;
}

export interface Uploads {
  get(id: string): Promise<Upload | null>;
  /** Where the picture lies. */
  path(sha256: string): string;
}
