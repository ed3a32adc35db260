import { existsSync } from 'node:fs';
import { buildKernels, nvccPaths } from '../../inference/kernels/build.js';
import { command } from './command.js';
import { print } from './output.js';

export const kernels = command({
  meta: {
    name: 'kernels',
    description: 'Build the CUDA kernels that make denoising faster; once, where nvcc is',
  },
  args: {
    nvcc: { type: 'string', description: "CUDA's compiler; looked for in CUDA_HOME, PATH and /usr/local/cuda" },
  },
  async run({ args }) {
    const nvcc = args.nvcc ?? nvccPaths().find(existsSync);
    if (nvcc === undefined || !existsSync(nvcc)) throw new Error(`${args.nvcc ?? 'nvcc'} was not found. ${advice}`);
    print(`${await buildKernels(nvcc)}\nServers started from now on use it.`);
  },
});

const advice =
  "It comes with CUDA's toolkit, or with pip install nvidia-cuda-nvcc nvidia-cuda-crt nvidia-nvvm nvidia-cuda-runtime nvidia-cuda-cccl; say --nvcc PATH where it is elsewhere.";
