/** @file The CMSIS-NN libraries that a user hands over: an archive a core, and the folders of their headers. */
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { TinyFormerError } from '@tinyformer/core';
import type { PeerLibrary } from '../firmware/layer-firmware.js';
import { checkPeerTarget } from './peer-target.js';

export type PeerCore = 'm4' | 'm7';

export interface PeerArchive {
  readonly core: PeerCore;
  readonly archive: string;
}

const HEADERS = ['arm_nnfunctions.h', 'arm_nn_types.h', 'arm_nn_math_types.h', 'cmsis_gcc.h'];
const USAGE = '--cmsis-nn m4=FILE.a,m7=FILE.a --cmsis-nn-include DIR...';

function usageError(message: string, hint: string): TinyFormerError {
  return new TinyFormerError('E_CMSIS_NN', message, { hint });
}

/** `m4=FILE.a,m7=FILE.a`; a core may be named twice, with libraries of different rounding. @throws E_CMSIS_NN */
export function parsePeerArchives(text: string): readonly PeerArchive[] {
  return text.split(',').map((part) => {
    const match = /^(m4|m7)=(.+)$/.exec(part.trim());
    if (match) return { core: match[1] as PeerCore, archive: match[2]! };
    throw usageError(`"${part}" names no core and archive`, `write ${USAGE}`);
  });
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** @throws E_CMSIS_NN when the archive or a needed header is not there, or the archive is of another core. */
export async function openPeerLibrary(
  { core, archive }: PeerArchive,
  includeDirectories: readonly string[],
): Promise<PeerLibrary> {
  if (!(await isThere(archive))) {
    throw usageError(
      `there is no library ${archive}`,
      'build CMSIS-NN for this core as docs/kernels.md says',
    );
  }
  const headers: string[] = [];
  for (const name of HEADERS) {
    const found = await firstPath(includeDirectories.map((directory) => join(directory, name)));
    if (found) headers.push(found);
  }
  if (!headers.some((path) => path.endsWith('arm_nnfunctions.h'))) {
    throw usageError(
      'arm_nnfunctions.h is in none of the include folders',
      'name the Include folder of CMSIS-NN and CMSIS/Core/Include of CMSIS_6 with --cmsis-nn-include',
    );
  }
  await checkPeerTarget(archive, core);
  return { archive, includeDirectories, headers };
}

async function firstPath(paths: readonly string[]): Promise<string | null> {
  for (const path of paths) if (await isThere(path)) return path;
  return null;
}
