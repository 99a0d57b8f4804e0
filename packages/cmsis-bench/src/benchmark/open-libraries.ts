/** @file The user's CMSIS-NN archives, opened and sorted by core and by how each rounds. */
import { TinyFormerError } from '@tinyformer/core';
import type { Rounding } from '@tinyformer/mcu-runtime-c';
import type { PeerLibrary } from '../firmware/layer-firmware.js';
import { openPeerLibrary, type PeerArchive, type PeerCore } from '../baseline/peer-library.js';
import { probeRounding } from '../baseline/probe-rounding.js';
import { BENCH_MACHINES, type PeerLibraries } from './bench-kernels.js';

/** @throws E_CMSIS_NN when a file is missing, is no CMSIS-NN of its core, or two of one core round alike. */
export async function openPeerLibraries(
  archives: readonly PeerArchive[],
  {
    includeDirectories,
    cacheDirectory,
  }: { readonly includeDirectories: readonly string[]; readonly cacheDirectory?: string | undefined },
): Promise<PeerLibraries> {
  const libraries: Record<PeerCore, Partial<Record<Rounding, PeerLibrary>>> = { m4: {}, m7: {} };
  for (const given of archives) {
    const { core, archive } = given;
    const library = await openPeerLibrary(given, includeDirectories);
    const rounding = await probeRounding(library, { machine: BENCH_MACHINES[core], cacheDirectory });
    const other = libraries[core][rounding];
    if (other) {
      throw new TinyFormerError(
        'E_CMSIS_NN',
        `${other.archive} and ${archive} both use ${rounding} rounding`,
        {
          hint: 'name one library of each rounding for a core',
        },
      );
    }
    libraries[core][rounding] = library;
  }
  return libraries;
}
