import { access, constants, mkdir } from 'node:fs/promises';
import { verifyHashes } from '../../inference/bundle/open-bundle.js';
import { builtKernelLibrary } from '../../inference/kernels/library.js';
import { loadConfig } from '../../src/config.js';
import { observeMemory } from '../../src/execution/device-memory.js';
import { detectDevices } from '../../src/execution/devices.js';
import { probeDevice } from '../../src/execution/probe.js';
import { cudaAdvice, kernelAdvice } from '../../src/execution/proven-gpus.js';
import { createLog } from '../../src/log.js';
import { bundledModel, ModelCatalog } from '../../src/models/catalog.js';
import { findFfmpeg } from '../../src/video/ffmpeg.js';
import { command } from './command.js';
import { accessState } from './doctor-access.js';
import { onStdout } from './style.js';

interface Finding {
  readonly topic: string;
  readonly state: 'ok' | 'note' | 'bad';
  readonly text: string;
}

export const doctor = command({
  meta: { name: 'doctor', description: 'Check devices, drivers, ffmpeg, models and folders; say what to do' },
  args: {
    hashes: { type: 'boolean', description: 'Also read every model file and compare it with its hash' },
    json: { type: 'boolean', description: 'Findings as one JSON array' },
  },
  async run({ args }) {
    const findings = [
      node(),
      ...(await devices()),
      await ffmpeg(),
      await dataFolder(),
      { topic: 'Access', ...(await accessState(loadConfig())) },
      ...(await models(args.hashes ?? false)),
    ];
    process.stdout.write(args.json ? `${JSON.stringify(findings)}\n` : `${findings.map(line).join('\n')}\n`);
    process.exitCode = findings.some(({ state }) => state === 'bad') ? 1 : 0;
  },
});

function line({ topic, state, text }: Finding): string {
  const mark = { ok: onStdout.green('✓'), note: onStdout.yellow('•'), bad: onStdout.red('✗') }[state];
  return `${mark} ${topic.padEnd(10)} ${text}`;
}

function node(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const ok = major > 20 || (major === 20 && minor >= 19);
  return {
    topic: 'Node',
    state: ok ? 'ok' : 'bad',
    text: `${process.version}${ok ? '' : ': 20.19 or newer is needed'}`,
  };
}

async function devices(): Promise<Finding[]> {
  const found = await detectDevices();
  const gpus = found.filter(({ kind }) => kind === 'CUDA');
  const problems = await Promise.all(gpus.map((gpu) => probeDevice(gpu, bundledModel(), createLog('silent'))));
  const findings: Finding[] = [];
  for (const device of found) {
    const free = observeMemory(device, [])?.freeBytes ?? null;
    const memory = `${gibibytes(device.totalBytes)}${free === null ? '' : `, ${gibibytes(free)} free`}`;
    findings.push({ topic: 'Device', state: 'ok', text: `${device.id}  ${device.name}, ${memory}` });
  }
  for (const [i, { id }] of gpus.entries()) {
    const problem = problems[i] as string | null;
    findings.push(problem === null ? { topic: 'CUDA', ...passes(id) } : { topic: 'CUDA', ...failsOn(id, problem) });
  }
  findings.push(gpus.length === 0 ? { topic: 'CUDA', state: 'note', text: cudaAdvice() } : kernels());
  return findings;
}

function kernels(): Finding {
  const library = builtKernelLibrary();
  return library === null
    ? { topic: 'Kernels', state: 'note', text: kernelAdvice }
    : { topic: 'Kernels', state: 'ok', text: library };
}

function passes(id: string): Omit<Finding, 'topic'> {
  return {
    state: 'ok',
    text: `${id} runs the bundled model, and is used unless REELQL_DEVICES names others.`,
  };
}

function failsOn(id: string, problem: string): Omit<Finding, 'topic'> {
  const advice =
    'Are CUDA and cuDNN of the versions that the provider wants on LD_LIBRARY_PATH, and is memory free on the GPU?';
  return { state: 'bad', text: `${id} does not run the bundled model: ${problem}\n  ${advice}` };
}

async function ffmpeg(): Promise<Finding> {
  try {
    const found = await findFfmpeg();
    return { topic: 'ffmpeg', state: 'ok', text: `${found.version} (${found.origin})` };
  } catch (error) {
    return { topic: 'ffmpeg', state: 'bad', text: (error as Error).message };
  }
}

async function dataFolder(): Promise<Finding> {
  const { dataDir } = loadConfig();
  try {
    await mkdir(dataDir, { recursive: true });
    await access(dataDir, constants.W_OK);
    return { topic: 'Data', state: 'ok', text: dataDir };
  } catch (error) {
    return {
      topic: 'Data',
      state: 'bad',
      text: `${dataDir} cannot be written: ${(error as Error).message}. Set REELQL_DATA_DIR.`,
    };
  }
}

async function models(hashes: boolean): Promise<Finding[]> {
  try {
    const catalog = await ModelCatalog.open(loadConfig());
    const findings: Finding[] = catalog.broken.map(({ name, problem }) => ({
      topic: 'Model',
      state: 'bad',
      text: `${name}: ${problem}`,
    }));
    for (const { name, manifest, bundle } of catalog.list()) {
      const checked = hashes
        ? await verifyHashes(bundle).then(
            () => ', hashes match',
            (error: Error) => error,
          )
        : '';
      findings.push(
        checked instanceof Error
          ? { topic: 'Model', state: 'bad', text: checked.message }
          : { topic: 'Model', state: 'ok', text: `${name}  ${manifest.title}${checked}` },
      );
    }
    return findings;
  } catch (error) {
    return [{ topic: 'Model', state: 'bad', text: (error as Error).message }];
  }
}

function gibibytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GiB`;
}
