/** @file What importing this package does: its kernels are known to the `wasm` backend, whose heap will be shared. */

import { shareHeap } from './engines/tfjs-backend.js';
import { registerKernels } from './heap-kernel.js';
import { registerAdd } from './official/add.js';
import { batchMatMulKernel } from './official/batch-matmul.js';
import { convolutionKernels } from './official/convolutions.js';
import { registerEinsum } from './official/einsum.js';
import { registerFusedConvolutions } from './official/fused-convolutions.js';
import { registerIdentity } from './official/identity.js';
import { segmentSumKernel } from './official/segment-sum.js';
import { activationKernels } from './ops/activation.js';
import { attentionKernels } from './ops/attention.js';
import { batchNormKernels } from './ops/batch-norm.js';
import { conv2dBatchNormKernels } from './ops/conv2d-batch-norm.js';
import { conv2dKernels } from './ops/conv2d.js';
import { denseKernels } from './ops/dense.js';
import { depthwiseKernels } from './ops/depthwise-conv2d.js';
import { fakeQuantizeKernels } from './ops/fake-quantize.js';
import { poolKernels } from './ops/global-average-pool.js';
import { layerNormKernels } from './ops/layer-norm.js';
import { selfAttentionKernels } from './ops/self-attention.js';
import { crossEntropyKernels } from './ops/softmax-cross-entropy.js';

registerAdd();
registerIdentity();
registerFusedConvolutions();
registerEinsum();
registerKernels([
  ...activationKernels,
  ...attentionKernels,
  batchMatMulKernel,
  ...batchNormKernels,
  ...conv2dKernels,
  ...conv2dBatchNormKernels,
  ...convolutionKernels,
  ...crossEntropyKernels,
  ...denseKernels,
  ...depthwiseKernels,
  ...fakeQuantizeKernels,
  ...layerNormKernels,
  ...poolKernels,
  segmentSumKernel,
  ...selfAttentionKernels,
]);
shareHeap();
