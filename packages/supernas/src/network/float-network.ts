/** @file A trained single path as plain data: architecture, weights and BatchNorm statistics in core's layouts. */
import {
  expandArchitecture,
  loadTensor,
  parseArtefact,
  sameShape,
  saveTensor,
  type Architecture,
  type ArtefactHeader,
  type Layer,
  type Shape,
  type TensorData,
} from '@tinyformer/core';
import { z } from 'zod';
import { architectureSchema } from './architecture-schema.js';
import { checkedPart, damaged, mapRecord, savedTensor } from './artefact-parts.js';
import { isNormalised, parametersOf, type ParameterName } from './parameters.js';

const KIND = 'tinyformer/float-network';
const FORMAT_VERSION = 1;

export type TensorName = ParameterName | 'mean' | 'variance';

/** The tensors of one layer; which ones it has depends on its op. */
export type LayerTensors = Readonly<Partial<Record<TensorName, TensorData<'float32'>>>>;

export interface FloatNetwork extends ArtefactHeader<typeof KIND> {
  readonly architecture: Architecture;
  /** By layer name; layers without tensors are left out. */
  readonly layers: Readonly<Record<string, LayerTensors>>;
}

export function floatNetworkHeader(seed: number, toolVersion: string): ArtefactHeader<typeof KIND> {
  return { kind: KIND, formatVersion: FORMAT_VERSION, toolVersion, seed };
}

/** JSON; the same network gives the same text. */
export function saveFloatNetwork(network: FloatNetwork): string {
  const layers = mapRecord(network.layers, (tensors) => mapRecord(tensors, (tensor) => saveTensor(tensor!)));
  return `${JSON.stringify({ ...network, layers })}\n`;
}

const schema = z.strictObject({
  kind: z.literal(KIND),
  formatVersion: z.literal(FORMAT_VERSION),
  toolVersion: z.string().max(100),
  seed: z.int(),
  architecture: architectureSchema,
  layers: z.record(z.string(), z.record(z.string(), savedTensor)),
});

/** @throws E_ARTEFACT, E_FORMAT_VERSION, E_ARCHITECTURE when the text is not a whole and consistent network. */
export function parseFloatNetwork(text: string): FloatNetwork {
  const artefact = parseArtefact(text, { kind: KIND, formatVersion: FORMAT_VERSION });
  const { architecture, layers: saved, ...header } = checkedPart(artefact, { schema, kind: KIND });
  const layers = mapRecord(saved, (tensors) =>
    mapRecord(tensors, loadTensor<'float32'>),
  ) as FloatNetwork['layers'];
  checkTensors(expandArchitecture(architecture), layers);
  return { ...header, architecture, layers };
}

/** The shape that each tensor of a layer has in core's layout. */
function tensorShapes(layer: Layer): Readonly<Record<string, Shape>> {
  const outputs = [layer.outputShape[2]!];
  const shapes = parametersOf(layer).map(({ name, shape }): [string, Shape] => [
    name,
    name === 'weights' && layer.op !== 'depthwise' ? [shape.at(-1)!, ...shape.slice(0, -1)] : shape,
  ]);
  return Object.fromEntries([
    ...shapes,
    ...(isNormalised(layer) ? [['mean', outputs] as const, ['variance', outputs] as const] : []),
  ]);
}

function checkTensors(layers: readonly Layer[], saved: FloatNetwork['layers']): void {
  const expected = layers.map((layer) => [layer.name, tensorShapes(layer)] as const);
  for (const [layer, shapes] of expected) {
    for (const [name, shape] of Object.entries(shapes)) {
      const tensor = saved[layer]?.[name as TensorName];
      if (!tensor) throw damaged(KIND, `${layer} has no ${name}`);
      if (!sameShape(tensor.shape, shape)) {
        throw damaged(KIND, `${layer}.${name} has the shape [${tensor.shape}], expected [${shape}]`);
      }
      if (!tensor.data.every(Number.isFinite))
        throw damaged(KIND, `${layer}.${name} holds a value that is not finite`);
    }
  }
  const known = new Set(expected.map(([layer]) => layer));
  const unknown = Object.keys(saved).find((layer) => !known.has(layer));
  if (unknown !== undefined) throw damaged(KIND, `the architecture has no layer "${unknown}"`);
}
