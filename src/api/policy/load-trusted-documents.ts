import type { Config } from '../../config.js';
import { packagePath } from '../../package-path.js';
import { TrustedDocuments } from './trusted-documents.js';

/** What our own clients ask: written by scripts/emit-trusted-documents.ts, and checked for drift like the schema. */
export const ownDocuments = packagePath('schema/trusted-documents.json');

/** @throws Error where the manifest that the configuration names cannot be used */
export function loadTrustedDocuments({
  trustedDocuments,
  trustedDocumentsFile,
}: Pick<Config, 'trustedDocuments' | 'trustedDocumentsFile'>): Promise<TrustedDocuments> {
  return TrustedDocuments.load(trustedDocuments, [
    ownDocuments,
    ...(trustedDocumentsFile ? [trustedDocumentsFile] : []),
  ]);
}
