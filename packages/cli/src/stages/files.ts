/** @file The names of a run's artefacts, once. */
export const FILES = {
  dataset: 'dataset.json',
  baseline: 'baseline.json',
  supernas: 'supernas.json',
  supernet: 'supernet.json',
  supernetCheckpoint: 'supernet.checkpoint.json',
  sparsenas: 'sparsenas.json',
  sparsenasCheckpoint: 'sparsenas.checkpoint.json',
  floatNetwork: 'network.float.json',
  finish: 'finish.json',
  network: 'network.json',
  firmware: 'firmware',
  model: 'model.txt',
  accuracy: 'accuracy.json',
  machines: 'machines.json',
  report: 'report.json',
  reportText: 'report.md',
} as const;
