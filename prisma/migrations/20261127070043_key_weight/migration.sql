-- AlterTable
ALTER TABLE "ApiKey" ADD COLUMN "weight" REAL;
