/**
 * The same generator, whose `return()` takes effect even while it waits. A plain async generator does not hear `return()` before
 * it wakes: `wake` has to end what it waits for.
 */
export function interruptible<T>(
  generator: AsyncGenerator<T, void, void>,
  wake: () => unknown,
): AsyncGenerator<T, void, void> {
  const finish = generator.return.bind(generator);
  generator.return = (value) => {
    wake();
    return finish(value);
  };
  return generator;
}
