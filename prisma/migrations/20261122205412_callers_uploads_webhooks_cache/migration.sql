-- CreateTable
CREATE TABLE "ApiKey" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "name" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "prefix" TEXT NOT NULL,
    "createdAt" DATETIME NOT NULL,
    "revokedAt" DATETIME,
    "lastUsedAt" DATETIME,
    "maxQueued" INTEGER,
    "maxRunning" INTEGER,
    "maxPerDay" INTEGER,
    "requestsPerMinute" INTEGER
);

-- CreateTable
CREATE TABLE "ApiKeyDay" (
    "keyId" TEXT NOT NULL,
    "day" TEXT NOT NULL,
    "created" INTEGER NOT NULL,

    PRIMARY KEY ("keyId", "day"),
    CONSTRAINT "ApiKeyDay_keyId_fkey" FOREIGN KEY ("keyId") REFERENCES "ApiKey" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "Upload" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "clientId" TEXT,
    "sha256" TEXT NOT NULL,
    "mimeType" TEXT NOT NULL,
    "bytes" BIGINT NOT NULL,
    "width" INTEGER NOT NULL,
    "height" INTEGER NOT NULL,
    "createdAt" DATETIME NOT NULL,
    CONSTRAINT "Upload_clientId_fkey" FOREIGN KEY ("clientId") REFERENCES "ApiKey" ("id") ON DELETE SET NULL ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "WebhookDelivery" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "generationId" TEXT NOT NULL,
    "url" TEXT NOT NULL,
    "event" TEXT NOT NULL,
    "sequence" INTEGER NOT NULL,
    "attempts" INTEGER NOT NULL,
    "nextAttemptAt" DATETIME,
    "lastError" TEXT,
    "deliveredAt" DATETIME,
    "createdAt" DATETIME NOT NULL,
    CONSTRAINT "WebhookDelivery_generationId_fkey" FOREIGN KEY ("generationId") REFERENCES "Generation" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "Setting" (
    "key" TEXT NOT NULL PRIMARY KEY,
    "value" JSONB NOT NULL
);

-- RedefineTables
PRAGMA defer_foreign_keys=ON;
PRAGMA foreign_keys=OFF;
CREATE TABLE "new_Generation" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "status" TEXT NOT NULL,
    "priority" INTEGER NOT NULL,
    "prompt" TEXT NOT NULL,
    "negativePrompt" TEXT NOT NULL,
    "model" TEXT NOT NULL,
    "settings" JSONB NOT NULL,
    "adjustments" JSONB NOT NULL,
    "warnings" JSONB NOT NULL,
    "idempotencyKey" TEXT,
    "inputHash" TEXT,
    "progress" JSONB NOT NULL,
    "previewSequence" INTEGER,
    "lastSequence" INTEGER NOT NULL,
    "deviceId" TEXT,
    "failure" JSONB,
    "usage" JSONB,
    "remixedFromId" TEXT,
    "retriedFromId" TEXT,
    "clientId" TEXT,
    "batching" TEXT NOT NULL DEFAULT 'AUTO',
    "outputs" JSONB,
    "firstFrameUploadId" TEXT,
    "webhookUrl" TEXT,
    "cached" BOOLEAN NOT NULL DEFAULT false,
    "requestHash" TEXT,
    "seedlessHash" TEXT,
    "leaderId" TEXT,
    "starred" BOOLEAN NOT NULL DEFAULT false,
    "createdAt" DATETIME NOT NULL,
    "startedAt" DATETIME,
    "finishedAt" DATETIME,
    CONSTRAINT "Generation_clientId_fkey" FOREIGN KEY ("clientId") REFERENCES "ApiKey" ("id") ON DELETE SET NULL ON UPDATE CASCADE,
    CONSTRAINT "Generation_firstFrameUploadId_fkey" FOREIGN KEY ("firstFrameUploadId") REFERENCES "Upload" ("id") ON DELETE RESTRICT ON UPDATE CASCADE,
    CONSTRAINT "Generation_leaderId_fkey" FOREIGN KEY ("leaderId") REFERENCES "Generation" ("id") ON DELETE SET NULL ON UPDATE CASCADE,
    CONSTRAINT "Generation_remixedFromId_fkey" FOREIGN KEY ("remixedFromId") REFERENCES "Generation" ("id") ON DELETE SET NULL ON UPDATE CASCADE,
    CONSTRAINT "Generation_retriedFromId_fkey" FOREIGN KEY ("retriedFromId") REFERENCES "Generation" ("id") ON DELETE SET NULL ON UPDATE CASCADE
);
INSERT INTO "new_Generation" ("adjustments", "createdAt", "deviceId", "failure", "finishedAt", "id", "idempotencyKey", "inputHash", "lastSequence", "model", "negativePrompt", "previewSequence", "priority", "progress", "prompt", "remixedFromId", "retriedFromId", "settings", "startedAt", "status", "usage", "warnings") SELECT "adjustments", "createdAt", "deviceId", "failure", "finishedAt", "id", "idempotencyKey", "inputHash", "lastSequence", "model", "negativePrompt", "previewSequence", "priority", "progress", "prompt", "remixedFromId", "retriedFromId", "settings", "startedAt", "status", "usage", "warnings" FROM "Generation";
DROP TABLE "Generation";
ALTER TABLE "new_Generation" RENAME TO "Generation";
CREATE UNIQUE INDEX "Generation_idempotencyKey_key" ON "Generation"("idempotencyKey");
CREATE INDEX "Generation_status_id_idx" ON "Generation"("status", "id");
CREATE INDEX "Generation_model_id_idx" ON "Generation"("model", "id");
CREATE INDEX "Generation_createdAt_idx" ON "Generation"("createdAt");
CREATE INDEX "Generation_clientId_id_idx" ON "Generation"("clientId", "id");
CREATE INDEX "Generation_clientId_status_idx" ON "Generation"("clientId", "status");
CREATE INDEX "Generation_starred_id_idx" ON "Generation"("starred", "id");
CREATE INDEX "Generation_requestHash_status_idx" ON "Generation"("requestHash", "status");
CREATE INDEX "Generation_seedlessHash_status_idx" ON "Generation"("seedlessHash", "status");
CREATE INDEX "Generation_leaderId_idx" ON "Generation"("leaderId");
CREATE INDEX "Generation_firstFrameUploadId_idx" ON "Generation"("firstFrameUploadId");
CREATE INDEX "Generation_remixedFromId_idx" ON "Generation"("remixedFromId");
CREATE INDEX "Generation_retriedFromId_idx" ON "Generation"("retriedFromId");
PRAGMA foreign_keys=ON;
PRAGMA defer_foreign_keys=OFF;

-- CreateIndex
CREATE UNIQUE INDEX "ApiKey_hash_key" ON "ApiKey"("hash");

-- CreateIndex
CREATE INDEX "Upload_clientId_id_idx" ON "Upload"("clientId", "id");

-- CreateIndex
CREATE INDEX "Upload_sha256_idx" ON "Upload"("sha256");

-- CreateIndex
CREATE INDEX "WebhookDelivery_nextAttemptAt_idx" ON "WebhookDelivery"("nextAttemptAt");

-- CreateIndex
CREATE UNIQUE INDEX "WebhookDelivery_generationId_sequence_url_key" ON "WebhookDelivery"("generationId", "sequence", "url");
