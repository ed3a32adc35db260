-- CreateIndex
CREATE INDEX "Generation_model_status_id_idx" ON "Generation"("model", "status", "id");
