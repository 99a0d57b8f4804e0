/** @file A hash of the cycle model's sources, by which a record knows whether it is of the model that runs now. */
import { readdir, readFile } from 'node:fs/promises';
import { hashParts } from '../machine/build-cache.js';
import { ownSource } from '../machine/compile.js';

export async function machineHash(): Promise<string> {
  const folder = ownSource('plugin');
  const names = (await readdir(folder, { recursive: true }))
    .filter((name) => /\.(c|h|def)$/.test(name))
    .sort();
  const contents = await Promise.all(names.map((name) => readFile(`${folder}/${name}`)));
  return hashParts(names.flatMap((name, index) => [name, contents[index]!]));
}
