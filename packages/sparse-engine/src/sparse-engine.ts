/** @file SparseEngine, the last part of TinyFormer: compiles networks for one board and writes them as C projects. */
import type { Board } from '@tinyformer/core';
import { writeProject } from './codegen/write-project.js';
import { compile, type CompileOptions } from './compile.js';
import type { CompiledModel } from './compiled-model.js';
import type { QuantizedNetwork } from './frontend/quantized-network.js';

/** `compile` and `writeProject` with their options kept: `await new SparseEngine({ board }).compile(network)`. */
export class SparseEngine {
  readonly #options: CompileOptions;

  constructor(options: CompileOptions = {}) {
    this.#options = options;
  }

  get board(): Board | undefined {
    return this.#options.board;
  }

  /** @throws as `compile` does */
  compile(network: QuantizedNetwork): Promise<CompiledModel> {
    return compile(network, this.#options);
  }

  /** Compiles the network and writes its project. @throws E_OUTPUT and as `compile` does */
  async write(network: QuantizedNetwork, directory: string): Promise<CompiledModel> {
    const model = await this.compile(network);
    writeProject(model, directory);
    return model;
  }
}
