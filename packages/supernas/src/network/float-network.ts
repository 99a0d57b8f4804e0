/** @file A trained single path as plain data: architecture, weights and BatchNorm statistics in core's layouts. */
import {
  expandArchitecture,
  loadTensor,
  parseArtefact,
  sameShape,
  saveTensor,
  TinyFormerError,
  type Architecture,
  type ArtefactHeader,
  type Layer,
  type Shape,
  type TensorData,
} from '@tinyformer/core';
import { z } from 'zod';
import { architectureSchema } from './architecture-schema.js';
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

const savedTensor = z.strictObject({
  dtype: z.literal('float32'),
  shape: z.array(z.int().min(1)).min(1).max(4),
  base64: z.string(),
});
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
  const parsed = schema.safeParse(parseArtefact(text, { kind: KIND, formatVersion: FORMAT_VERSION }));
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw damaged(`${issue.path.join('.')}: ${issue.message}`, parsed.error);
  }
  const { architecture, layers: saved, ...header } = parsed.data;
  const layers = mapRecord(saved, (tensors) =>
    mapRecord(tensors, loadTensor<'float32'>),
  ) as FloatNetwork['layers'];
  checkTensors(expandArchitecture(architecture), layers);
  return { ...header, architecture, layers };
}

/** The shape that each tensor of a layer has in core's layout. */
export function tensorShapes(layer: Layer): Readonly<Record<string, Shape>> {
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
      if (!tensor) throw damaged(`${layer} has no ${name}`);
      if (!sameShape(tensor.shape, shape)) {
        throw damaged(`${layer}.${name} has the shape [${tensor.shape}], expected [${shape}]`);
      }
      if (!tensor.data.every(Number.isFinite))
        throw damaged(`${layer}.${name} holds a value that is not finite`);
    }
  }
  const known = new Set(expected.map(([layer]) => layer));
  const unknown = Object.keys(saved).find((layer) => !known.has(layer));
  if (unknown !== undefined) throw damaged(`the architecture has no layer "${unknown}"`);
}

function damaged(what: string, cause?: unknown): TinyFormerError {
  return new TinyFormerError('E_ARTEFACT', `a ${KIND} is damaged: ${what}`, {
    hint: 'make the artefact again',
    cause,
  });
}

function mapRecord<T, U>(record: Readonly<Record<string, T>>, map: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
