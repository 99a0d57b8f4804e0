/** @file Kernel calls with their correct results: the nodes of small random networks, by the ops' plain loops. */
import { createRng, elementCount, type Rounding } from '@tinyformer/core';
import type { KernelRequest } from '@tinyformer/mcu-runtime-c';
import { compile, runReference } from '@tinyformer/sparse-engine';
import fc from 'fast-check';
import { hybridNetwork, randomImages, type HybridSizes } from './hybrid-network.js';

export interface CheckedRequest {
  readonly name: string;
  readonly request: KernelRequest;
  readonly expected: Int8Array;
}

const size = (min: number, max: number) => fc.integer({ min, max });

const sizes: fc.Arbitrary<HybridSizes> = fc.record({
  height: size(2, 9),
  width: size(2, 9),
  stem: size(1, 17),
  expanded: size(4, 33),
  kernel: fc.constantFrom(1, 3, 5),
  stride: fc.constantFrom(1, 2),
  heads: size(1, 3),
  headWidth: size(2, 9),
  mlp: size(4, 33),
  block: fc.record({ blockRows: fc.constantFrom(1, 2, 4), blockColumns: fc.constantFrom(4, 8, 16) }),
});

async function requestsOf(
  seed: number,
  { sizes, rounding }: { sizes: HybridSizes; rounding: Rounding },
): Promise<CheckedRequest[]> {
  const { graph, calls } = await compile(hybridNetwork(seed, sizes));
  const [image] = randomImages(1, seed, sizes);
  const values = new Map([[graph.input, image!]]);
  runReference({ graph }, image!, {
    rounding,
    onLayer: ({ index, output }) => values.set(graph.nodes[index]!.output, output.slice()),
  });
  return graph.nodes.map((node, index) => ({
    name: `${node.name} (${calls[index]!.kernel}) of seed ${seed}`,
    request: {
      ...calls[index]!,
      inputs: node.inputs.map((name) => values.get(name)!),
      outputLength: elementCount(graph.tensors[node.output]!.shape),
    },
    expected: values.get(node.output)!,
  }));
}

/** The nodes of `networks` random networks. */
export async function networkRequests({
  networks,
  seed,
  rounding,
}: {
  networks: number;
  seed: number;
  rounding: Rounding;
}): Promise<CheckedRequest[]> {
  const rng = createRng(seed);
  const drawn = fc.sample(sizes, { numRuns: networks, seed });
  const lists = await Promise.all(
    drawn.map((each) => requestsOf(rng.below(2 ** 31), { sizes: each, rounding })),
  );
  return lists.flat();
}
