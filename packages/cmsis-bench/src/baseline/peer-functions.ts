/** @file The functions of CMSIS-NN that the bench calls, in the order of `csrc/firmware/peer_cmsis_nn.c`. */

export const PEER_FUNCTIONS = [
  'arm_convolve_wrapper_s8',
  'arm_depthwise_conv_wrapper_s8',
  'arm_fully_connected_s8',
  'arm_fully_connected_per_channel_s8',
  'arm_elementwise_add_s8',
  'arm_avgpool_s8',
  'arm_softmax_s8',
  'arm_batch_matmul_s8',
] as const;

export type PeerFunction = (typeof PEER_FUNCTIONS)[number];

/** Of the working memory that CMSIS-NN's functions ask for; the firmware refuses a call that asks for more. */
export const PEER_BUFFER_BYTES = 128 * 1024;
