/** @file The CMSIS-NN that a user has built, as the commands of the bench are told of it. */
import {
  openPeerLibraries,
  parsePeerArchives,
  type PeerArchive,
  type PeerLibraries,
} from '@tinyformer/cmsis-bench';
import { Option } from 'commander';

export interface LibraryOptions {
  readonly cmsisNn?: readonly PeerArchive[];
  readonly cmsisNnInclude?: readonly string[];
}

export const libraryOption = (): Option =>
  new Option('--cmsis-nn <archives>', 'CMSIS-NN as you built it: m4=FILE.a,m7=FILE.a').argParser(
    parsePeerArchives,
  );

export const includeOption = (): Option =>
  new Option('--cmsis-nn-include <folders...>', 'folders of its headers and of CMSIS/Core/Include');

/** @throws E_CMSIS_NN when a file is missing or is no CMSIS-NN. */
export function openLibraries({ cmsisNn, cmsisNnInclude = [] }: LibraryOptions): Promise<PeerLibraries> {
  return openPeerLibraries(cmsisNn ?? [], { includeDirectories: cmsisNnInclude });
}
