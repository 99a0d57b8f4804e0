/** @file The runtime's error: a stable code, and for a refused call the kernel and the C status. */

export type RuntimeErrorCode =
  'E_RUNTIME_UNAVAILABLE' | 'E_KERNEL_UNKNOWN' | 'E_KERNEL_PARAMS' | 'E_KERNEL_STATUS';

export interface RuntimeErrorContext {
  /** The C name of the kernel. */
  readonly kernel?: string;
  /** The kernel's negative status, one of `TFR_ERROR_*` in tfr_types.h. */
  readonly status?: number;
  /** The remedy, for people. */
  readonly hint?: string;
  readonly cause?: unknown;
}

export class RuntimeError extends Error {
  override readonly name = 'RuntimeError';
  readonly code: RuntimeErrorCode;
  readonly kernel: string | undefined;
  readonly status: number | undefined;
  readonly hint: string | undefined;

  constructor(
    code: RuntimeErrorCode,
    message: string,
    { kernel, status, hint, cause }: RuntimeErrorContext = {},
  ) {
    super(`${code}: ${message}${hint === undefined ? '' : `. ${hint}`}`, { cause });
    this.code = code;
    this.kernel = kernel;
    this.status = status;
    this.hint = hint;
  }
}

const STATUS_NAMES: Readonly<Record<number, string>> = {
  [-1]: 'TFR_ERROR_NULL (a pointer that is needed is NULL)',
  [-2]: 'TFR_ERROR_SIZE (a size is out of range, or sizes contradict each other)',
  [-3]: 'TFR_ERROR_RANGE (a zero point, clamp, factor or table is out of range)',
  [-4]: 'TFR_ERROR_ENCODING (the weight stream contradicts its header or the layer)',
  [-5]: 'TFR_ERROR_KERNEL (no such kernel)',
};

/** @throws RuntimeError E_KERNEL_STATUS unless the status is TFR_OK. */
export function checkStatus(kernel: string, status: number): void {
  if (status === 0) return;
  throw new RuntimeError('E_KERNEL_STATUS', `${kernel} returned ${STATUS_NAMES[status] ?? status}`, {
    kernel,
    status,
  });
}
