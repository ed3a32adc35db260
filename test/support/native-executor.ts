import { OpenModels } from '../../src/execution/open-models.js';
import { serveUnits } from '../../src/execution/serve-units.js';
import { UnitRunner } from '../../src/execution/unit-runner.js';

/** The executor as it is on a GPU, on the CPU: its sessions compute beside its thread, so that it can begin steps ahead. */
serveUnits((device, work) => new UnitRunner(new OpenModels(device, 'native'), work));
