/** Whether a guidance scale asks for the unconditional row at all: strictly over 1, as diffusers has it. */
export function isGuided(scale: number): boolean {
  return scale > 1;
}

/**
 * Classifier-free guidance: unconditional + scale·(conditional − unconditional), in float64, rounded once.
 * Source: Ho & Salimans 2022, equation 6, in the form of diffusers.
 */
export function guided(conditional: Float32Array, unconditional: Float32Array, scale: number): Float32Array {
  const velocity = new Float32Array(conditional.length);
  for (let i = 0; i < velocity.length; i++) {
    const base = unconditional[i] as number;
    velocity[i] = base + scale * ((conditional[i] as number) - base);
  }
  return velocity;
}
