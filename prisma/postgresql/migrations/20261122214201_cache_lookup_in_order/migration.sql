-- DropIndex
DROP INDEX "Generation_requestHash_status_idx";

-- DropIndex
DROP INDEX "Generation_seedlessHash_status_idx";

-- CreateIndex
CREATE INDEX "Generation_requestHash_status_id_idx" ON "Generation"("requestHash", "status", "id");

-- CreateIndex
CREATE INDEX "Generation_seedlessHash_status_id_idx" ON "Generation"("seedlessHash", "status", "id");
