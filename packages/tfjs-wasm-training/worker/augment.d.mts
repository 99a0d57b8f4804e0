/** What the loader asks its worker for; every field is set. */
export interface AugmenterOptions {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly batchSize: number;
  readonly seed: number;
  readonly offset: number;
  readonly scale: number;
  readonly shift: number;
  readonly flip: boolean;
  readonly colour: number;
  readonly cutout: number;
  readonly mixup: number;
}
export interface AugmentedBatch {
  readonly images: Float32Array;
  readonly labels: Int32Array;
  readonly share: number;
}
export function createAugmenter(
  data: { readonly images: Uint8Array; readonly labels: Uint8Array },
  options: AugmenterOptions,
): (step: number) => AugmentedBatch;
