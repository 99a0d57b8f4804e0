/** Random calls of every kernel, and weight streams written by other code than the engine's. */
export type { KernelParams, KernelRequest } from './request.js';
export {
  convolution,
  depthwise,
  linear,
  linearPanel,
  UNIT,
  type WeightEncoding,
  type WindowShape,
} from './requests.js';
export { denseRows, encodeRows, type RowEncoding, type RowMatrix } from './row-streams.js';
export { densePanel, encodePanel, evenTile, type PanelMatrix, type PanelTile } from './panel-stream.js';
export { encodeTaps, type TapWeights } from './tap-stream.js';
export { averagePoolRequest } from './average-pools.js';
export { int8s } from './values.js';
export { addRequest, panelMatrix, randomRequests, requestsByOp, rowMatrix } from './arbitraries.js';
export { depthwiseRequest, depthwiseTapsRequests } from './depthwises.js';
