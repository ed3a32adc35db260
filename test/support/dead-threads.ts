/** A CPU device of so many threads is one that fails in every unit, to the scripted executor. Too few for two lanes. */
export const deadThreads = 7;
