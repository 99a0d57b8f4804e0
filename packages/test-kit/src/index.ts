/** Helpers of tests: tiny architectures and networks, arbitraries. */
export { TINY_ARCHITECTURE, tinyArchitecture } from './tiny-architecture.js';
export {
  randomImage,
  tinyQuantizedNetwork,
  type TinyNetworkOptions,
  type TinyQuantizedNetwork,
} from './tiny-network.js';
export { arbitraryArchitecture, arbitraryBlock, arbitraryQuantizedNetwork } from './arbitraries.js';
