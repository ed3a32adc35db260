import type { Graph } from '../graph/graph.js';
import { openOrtLibrary } from './native/library.js';
import { NativeSession } from './native/native-session.js';
import { NodeSession } from './node-session.js';
import type { Session, SessionOptions } from './session-types.js';

export type { Feeds, KeptTensor, Results, RunOptions, Session, SessionOptions } from './session-types.js';

/** Opens a graph on a device. @throws Error with ONNX Runtime's message. */
export async function openSession(graph: Pick<Graph, 'encode' | 'weights'>, options: SessionOptions): Promise<Session> {
  const binding = options.binding ?? (options.device.kind === 'CUDA' ? 'native' : 'node');
  const library = binding === 'native' ? openOrtLibrary() : null;
  return library ? NativeSession.open(library, graph, options) : NodeSession.open(graph, options);
}
