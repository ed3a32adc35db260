import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config.js';

describe('loadConfig', () => {
  it('takes the command line before the environment before the defaults', () => {
    const environment = { REELQL_PORT: '5000', REELQL_DATA_DIR: '/data', REELQL_LOG_LEVEL: '' };
    const config = loadConfig({ host: '0.0.0.0' }, environment);
    expect(config).toMatchObject({
      host: '0.0.0.0',
      port: 5000,
      dataDir: '/data',
      modelsDir: '/data/models',
      logLevel: 'info',
    });
  });

  it('names the option that is wrong and what is allowed', () => {
    expect(() => loadConfig({}, { REELQL_PORT: '70000' })).toThrow(/port: .*65535/);
    expect(() => loadConfig({}, { REELQL_LOG_LEVEL: 'loud' })).toThrow(/logLevel: .*"silent"/);
  });
});
