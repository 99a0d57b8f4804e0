/**
 * @file The trainable variables of a network by layer and parameter. A layer may be narrower than its variables: it then
 * reads their leading channels and the centre of their kernels, so that paths of a supernet share weights.
 */
import * as tf from '@tensorflow/tfjs-core';
import {
  createRng,
  elementCount,
  InternalError,
  sameShape,
  TinyFormerError,
  type Layer,
  type Rng,
  type Shape,
} from '@tinyformer/core';
import { parametersOf, type Parameter, type ParameterName } from './parameters.js';

export interface NetworkVariable {
  /** `layer/parameter`, the same in every process. */
  readonly key: string;
  readonly variable: tf.Variable;
  readonly decay: boolean;
  /** 0 or 1 for every weight; what is 0 stays 0 in training. */
  readonly mask?: tf.Tensor;
}

export interface VariableValue {
  readonly shape: Shape;
  readonly data: Float32Array;
}

/** TensorFlow.js wants variable names unique in the process; keys are unique in a network. */
let networks = 0;

export class NetworkVariables {
  readonly #entries = new Map<string, NetworkVariable>();

  /** Large enough for every one of these layers; layers of one name share their variables. */
  static create(layers: Iterable<Layer>, { seed }: { readonly seed: number }): NetworkVariables {
    const rng = createRng(seed).fork('weights');
    const result = new NetworkVariables();
    const prefix = newPrefix();
    for (const [key, parameter] of largestParameters(layers)) {
      const value = { shape: parameter.shape, data: initialValues(parameter, rng.fork(key)) };
      result.#add(`${prefix}/${key}`, { key, value, decay: parameter.decay });
    }
    return result;
  }

  /** With given values by key. @throws E_ARTEFACT when a value is missing or has another shape. */
  static from(layers: Iterable<Layer>, values: Readonly<Record<string, VariableValue>>): NetworkVariables {
    const parameters = [...largestParameters(layers)];
    const checked = parameters.map(([key, { decay, shape }]) => ({
      key,
      value: checkShape(values[key], { key, shape }),
      decay,
    }));
    const result = new NetworkVariables();
    const prefix = newPrefix();
    for (const entry of checked) result.#add(`${prefix}/${entry.key}`, entry);
    return result;
  }

  get all(): readonly NetworkVariable[] {
    return [...this.#entries.values()];
  }

  get(layer: string, parameter: ParameterName): NetworkVariable {
    const entry = this.#entries.get(`${layer}/${parameter}`);
    if (!entry) throw new InternalError(`there is no variable ${layer}/${parameter}`);
    return entry;
  }

  /** From now on what the mask says is 0 is 0 and stays so. @throws E_ARTEFACT when the mask does not fit. */
  setMask(layer: string, parameter: ParameterName, mask: VariableValue): void {
    const { mask: before, ...entry } = this.get(layer, parameter);
    const { key, variable } = entry;
    checkShape(mask, { key: `the mask of ${key}`, shape: variable.shape });
    before?.dispose();
    const tensor = tf.keep(asTensor(mask));
    tf.tidy(() => variable.assign(tf.mul(variable as tf.Tensor, tensor)));
    this.#entries.set(key, { ...entry, mask: tensor });
  }

  /** The part of a variable that a layer reads; differentiable. */
  read<R extends tf.Rank>(layer: Layer, parameter: ParameterName): tf.Tensor<R> {
    const { variable } = this.get(layer.name, parameter);
    const { shape } = parametersOf(layer).find(({ name }) => name === parameter)!;
    if (tf.util.arraysEqual(shape as number[], variable.shape)) return variable as tf.Tensor as tf.Tensor<R>;
    return tf.slice(
      variable as tf.Tensor,
      sliceStart(shape, variable.shape),
      shape as number[],
    ) as tf.Tensor<R>;
  }

  dispose(): void {
    for (const { variable, mask } of this.#entries.values()) tf.dispose(mask ? [variable, mask] : [variable]);
    this.#entries.clear();
  }

  #add(
    name: string,
    options: { readonly key: string; readonly value: VariableValue; readonly decay: boolean },
  ): void {
    const { key, value, decay } = options;
    const initial = asTensor(value);
    const variable = tf.variable(initial, true, name);
    initial.dispose();
    this.#entries.set(key, { key, variable, decay });
  }
}

function checkShape(
  value: VariableValue | undefined,
  { key, shape }: { readonly key: string; readonly shape: Shape },
): VariableValue {
  if (value && sameShape(value.shape, shape)) return value;
  const found = value ? `has the shape [${value.shape.join(', ')}]` : 'is missing';
  throw new TinyFormerError('E_ARTEFACT', `${key} ${found}, expected [${shape.join(', ')}]`, {
    hint: 'the weights are those of another architecture or search space',
    details: { key, shape },
  });
}

function newPrefix(): string {
  networks += 1;
  return `network${networks}`;
}

function asTensor({ shape, data }: VariableValue): tf.Tensor {
  return tf.tensor(data, [...shape], 'float32');
}

/** Leading channels, centred kernels (the first two axes of a tensor with three or more). */
function sliceStart(wanted: Shape, available: Shape): number[] {
  return available.map((extent, axis) =>
    available.length >= 3 && axis < 2 ? (extent - wanted[axis]!) / 2 : 0,
  );
}

/** By key: each parameter with the largest extent of every axis. */
function largestParameters(layers: Iterable<Layer>): ReadonlyMap<string, Parameter> {
  const largest = new Map<string, Parameter>();
  for (const layer of layers) {
    for (const parameter of parametersOf(layer)) {
      const key = `${layer.name}/${parameter.name}`;
      const before = largest.get(key);
      const shape = parameter.shape.map((extent, axis) => Math.max(extent, before?.shape[axis] ?? 0));
      const isLarger = elementCount(shape) > elementCount(before?.shape ?? [0]);
      largest.set(key, { ...(isLarger ? parameter : before!), shape });
    }
  }
  return largest;
}

function initialValues({ shape, initial }: Parameter, rng: Rng): Float32Array {
  const values = new Float32Array(elementCount(shape));
  if ('value' in initial) return values.fill(initial.value);
  return values.map(() => initial.standardDeviation * rng.normal());
}
