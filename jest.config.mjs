/** Tests run on sources: the `@tinyformer/source` export condition leads every package import to its `src`. */
export default {
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['@tinyformer/source', 'node', 'node-addons'] },
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'es6' } },
    ],
  },
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  testMatch: ['<rootDir>/packages/*/test/**/*.test.ts', '<rootDir>/scripts/**/*.test.ts'],
  maxWorkers: 2,
  testTimeout: 120_000,
};
