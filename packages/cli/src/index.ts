/** The command line of TinyFormer as functions: the whole river, and the program itself. */
export { main } from './program.js';
export { runRiver, STAGES, type RiverOptions, type RiverResult } from './river.js';
export { parseDataSource, type DataSource } from './run/data-source.js';
export { chooseSettings, type Effort, type RunChoices, type RunSettings } from './run/settings.js';
export type { Report, ReportedLayer, ReportedMachine } from './stages/report.js';
