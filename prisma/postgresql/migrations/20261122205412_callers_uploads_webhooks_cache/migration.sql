-- AlterTable
ALTER TABLE "Generation" ADD COLUMN     "batching" TEXT NOT NULL DEFAULT 'AUTO',
ADD COLUMN     "cached" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "clientId" TEXT,
ADD COLUMN     "firstFrameUploadId" TEXT,
ADD COLUMN     "leaderId" TEXT,
ADD COLUMN     "outputs" JSONB,
ADD COLUMN     "requestHash" TEXT,
ADD COLUMN     "seedlessHash" TEXT,
ADD COLUMN     "starred" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "webhookUrl" TEXT;

-- CreateTable
CREATE TABLE "ApiKey" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "prefix" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "revokedAt" TIMESTAMPTZ(3),
    "lastUsedAt" TIMESTAMPTZ(3),
    "maxQueued" INTEGER,
    "maxRunning" INTEGER,
    "maxPerDay" INTEGER,
    "requestsPerMinute" INTEGER,

    CONSTRAINT "ApiKey_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ApiKeyDay" (
    "keyId" TEXT NOT NULL,
    "day" TEXT NOT NULL,
    "created" INTEGER NOT NULL,

    CONSTRAINT "ApiKeyDay_pkey" PRIMARY KEY ("keyId","day")
);

-- CreateTable
CREATE TABLE "Upload" (
    "id" TEXT NOT NULL,
    "clientId" TEXT,
    "sha256" TEXT NOT NULL,
    "mimeType" TEXT NOT NULL,
    "bytes" BIGINT NOT NULL,
    "width" INTEGER NOT NULL,
    "height" INTEGER NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "Upload_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "WebhookDelivery" (
    "id" TEXT NOT NULL,
    "generationId" TEXT NOT NULL,
    "url" TEXT NOT NULL,
    "event" TEXT NOT NULL,
    "sequence" INTEGER NOT NULL,
    "attempts" INTEGER NOT NULL,
    "nextAttemptAt" TIMESTAMPTZ(3),
    "lastError" TEXT,
    "deliveredAt" TIMESTAMPTZ(3),
    "createdAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "WebhookDelivery_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Setting" (
    "key" TEXT NOT NULL,
    "value" JSONB NOT NULL,

    CONSTRAINT "Setting_pkey" PRIMARY KEY ("key")
);

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

-- CreateIndex
CREATE INDEX "Generation_clientId_id_idx" ON "Generation"("clientId", "id");

-- CreateIndex
CREATE INDEX "Generation_clientId_status_idx" ON "Generation"("clientId", "status");

-- CreateIndex
CREATE INDEX "Generation_starred_id_idx" ON "Generation"("starred", "id");

-- CreateIndex
CREATE INDEX "Generation_requestHash_status_idx" ON "Generation"("requestHash", "status");

-- CreateIndex
CREATE INDEX "Generation_seedlessHash_status_idx" ON "Generation"("seedlessHash", "status");

-- CreateIndex
CREATE INDEX "Generation_leaderId_idx" ON "Generation"("leaderId");

-- CreateIndex
CREATE INDEX "Generation_firstFrameUploadId_idx" ON "Generation"("firstFrameUploadId");

-- AddForeignKey
ALTER TABLE "Generation" ADD CONSTRAINT "Generation_clientId_fkey" FOREIGN KEY ("clientId") REFERENCES "ApiKey"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Generation" ADD CONSTRAINT "Generation_firstFrameUploadId_fkey" FOREIGN KEY ("firstFrameUploadId") REFERENCES "Upload"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Generation" ADD CONSTRAINT "Generation_leaderId_fkey" FOREIGN KEY ("leaderId") REFERENCES "Generation"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ApiKeyDay" ADD CONSTRAINT "ApiKeyDay_keyId_fkey" FOREIGN KEY ("keyId") REFERENCES "ApiKey"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Upload" ADD CONSTRAINT "Upload_clientId_fkey" FOREIGN KEY ("clientId") REFERENCES "ApiKey"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "WebhookDelivery" ADD CONSTRAINT "WebhookDelivery_generationId_fkey" FOREIGN KEY ("generationId") REFERENCES "Generation"("id") ON DELETE CASCADE ON UPDATE CASCADE;
