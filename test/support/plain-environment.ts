/** The environment for a child process whose output is read: without what makes the same words look different elsewhere. */
export function plainEnvironment(): NodeJS.ProcessEnv {
  const { FORCE_COLOR: _, CI: __, ...rest } = process.env;
  return { ...rest, NO_COLOR: '1' };
}
