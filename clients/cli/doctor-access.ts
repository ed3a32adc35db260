import { join } from 'node:path';
import { isLoopback, requireProtection } from '../../src/auth/exposure.js';
import { KeyStore } from '../../src/auth/key-store.js';
import { systemClock } from '../../src/clock.js';
import type { Config } from '../../src/config.js';
import { openBeside } from '../../src/generations/database.js';

/** Who a server with this configuration would let in. */
export async function accessState(
  config: Config,
): Promise<{ readonly state: 'ok' | 'note' | 'bad'; readonly text: string }> {
  if (config.auth === 'keys') {
    const count = await validKeys(config.dataDir);
    return count > 0
      ? { state: 'ok', text: `API keys are wanted; ${count === 1 ? '1 is' : `${count} are`} valid` }
      : {
          state: 'bad',
          text: 'API keys are wanted and there is none: npx reelql keys create --name NAME --role admin',
        };
  }
  try {
    requireProtection(config);
  } catch (error) {
    return { state: 'bad', text: (error as Error).message };
  }
  return isLoopback(config.host)
    ? { state: 'ok', text: `off: whoever uses this machine may do everything, and nobody else (${config.host})` }
    : {
        state: 'note',
        text: `off, as REELQL_SERVE_NETWORK_WITHOUT_AUTH wants: all who reach ${config.host} may do all`,
      };
}

/** Without making a database where there is none: this command changes nothing. */
async function validKeys(dataDir: string): Promise<number> {
  const database = await openBeside(join(dataDir, 'reelql.db'));
  if (!database) return 0;
  try {
    return (await new KeyStore(database.client, systemClock).valid()).size;
  } finally {
    await database.close();
  }
}
