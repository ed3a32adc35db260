-- AlterTable
ALTER TABLE "Generation" ADD COLUMN "webhookEvents" TEXT;
