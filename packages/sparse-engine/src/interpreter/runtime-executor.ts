/**
 * @file The compiled model on the C kernels, WebAssembly or native, with every activation at its planned place in the
 * arena: a plan that lets live tensors overlap gives other results than the reference.
 */
import { elementCount } from '@tinyformer/core';
import type { KernelRuntime } from '@tinyformer/mcu-runtime-c';
import type { CompiledModel } from '../compiled-model.js';
import type { GraphNode } from '../ir/graph.js';
import { checkInput, type RunOptions } from './run-reference.js';

export interface RuntimeExecutor {
  /** The output [classes] for one quantised image [height, width, channels]. @throws E_SHAPE */
  run(input: Int8Array, options?: RunOptions): Int8Array;
  dispose(): void;
}

/** What dead memory is filled with, so that nothing can rely on it being zero. */
const GARBAGE = 0x5a;

/** Uploads the model's constants once. The executor must be disposed of; the runtime stays the caller's. */
export function createRuntimeExecutor(
  model: CompiledModel,
  runtime: Pick<KernelRuntime, 'createSession'>,
): RuntimeExecutor {
  const { graph, plan, calls } = model;
  const session = runtime.createSession({ arenaBytes: plan.arenaBytes });
  const offsetOf = (name: string): number => plan.tensorOffsets[name]!;
  const prepared = graph.nodes.map((node, index) => {
    const { kernel, params } = calls[index]!;
    const offsets = { inputs: node.inputs.map(offsetOf), output: offsetOf(node.output) };
    return session.prepare(kernel, params, offsets);
  });
  const read = (name: string): Int8Array => {
    const first = offsetOf(name);
    return session.arena.subarray(first, first + elementCount(graph.tensors[name]!.shape));
  };
  const scribble = (index: number): void => {
    const buffer = plan.buffers.find(({ kind, first }) => kind === 'scratch' && first === index);
    if (buffer === undefined) return;
    session.arena.fill(GARBAGE, buffer.offset, buffer.offset + buffer.bytes);
  };
  const runNode = (node: GraphNode, index: number, { onLayer }: RunOptions): void => {
    // Kernels of a session use scratch memory of its own; the planned place counts as overwritten all the same.
    scribble(index);
    session.run(prepared[index]!);
    onLayer?.({ index, name: node.name, output: read(node.output).slice() });
  };
  return {
    run: (input, options = {}) => {
      const place = read(graph.input);
      checkInput(place.length, input);
      session.arena.fill(GARBAGE);
      place.set(input);
      graph.nodes.forEach((node, index) => runNode(node, index, options));
      return read(graph.output).slice();
    },
    dispose: () => session.dispose(),
  };
}
