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

  it('reads lists and switches from the environment and from the file alike', () => {
    const origins = ['https://a.example', 'http://localhost:5173'];
    const environment = {
      REELQL_ALLOWED_ORIGINS: ` ${origins.join(' , ')},`,
      REELQL_SERVE_NETWORK_WITHOUT_AUTH: 'yes',
    };
    expect(loadConfig({}, environment)).toMatchObject({ allowedOrigins: origins, serveNetworkWithoutAuth: true });
    expect(loadConfig({ allowedOrigins: origins })).toMatchObject({ allowedOrigins: origins, auth: 'off' });
    expect(loadConfig({}, { REELQL_PUBLIC_URL: 'https://video.example/' }).publicUrl).toBe('https://video.example');
  });

  it('takes no origin that could never match', () => {
    for (const origin of ['https://a.example/', 'https://a.example/studio', 'a.example', 'HTTPS://A.example']) {
      expect(() => loadConfig({}, { REELQL_ALLOWED_ORIGINS: origin })).toThrow(/allowedOrigins.*no path/);
    }
    expect(() => loadConfig({}, { REELQL_SERVE_NETWORK_WITHOUT_AUTH: 'maybe' })).toThrow(/true or false is expected/);
    expect(() => loadConfig({}, { REELQL_PUBLIC_URL: 'video.example' })).toThrow(/publicUrl/);
  });

  it('trusts no proxy unless told which, by address, network or name', () => {
    expect(loadConfig({}, {}).trustProxy).toEqual([]);
    const proxies = ['loopback', '10.0.0.0/8', 'fd00::1'];
    expect(loadConfig({}, { REELQL_TRUST_PROXY: proxies.join(', ') }).trustProxy).toEqual(proxies);
    for (const wrong of ['true', 'nginx', '10.0.0.0/33']) {
      expect(() => loadConfig({}, { REELQL_TRUST_PROXY: wrong })).toThrow(/trustProxy/);
    }
  });

  it('names the option that is wrong and what is allowed', () => {
    expect(() => loadConfig({}, { REELQL_PORT: '70000' })).toThrow(/port: .*65535/);
    expect(() => loadConfig({}, { REELQL_LOG_LEVEL: 'loud' })).toThrow(/logLevel: .*"silent"/);
  });
});
