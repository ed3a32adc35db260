-- AlterTable
ALTER TABLE "ApiKey" ADD COLUMN     "weight" DOUBLE PRECISION;
