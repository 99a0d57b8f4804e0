/** What tests of kernels and machines need: random calls with the outputs that the references give. */
export {
  CASE_KERNELS,
  kernelCase,
  kernelCases,
  type KernelCase,
  type KernelCaseOptions,
} from './kernel-cases.js';
export { prunedLinear, type PrunedLinear } from './pruned-linear.js';
export { randomBytes } from './random-site.js';
