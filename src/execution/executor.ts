import { OpenModels } from './open-models.js';
import { serveUnits } from './serve-units.js';
import { UnitRunner } from './unit-runner.js';

/** The entry of an executor's process. */
serveUnits((device, work) => new UnitRunner(new OpenModels(device), work));
