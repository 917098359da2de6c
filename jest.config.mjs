import { createRequire } from 'node:module';

const CORES = createRequire(import.meta.url)('./tools/compat/cores.json');

/** Options that all suites share. Tests are .mts so that n8n's lint rules for shipped code leave them alone. */
const shared = {
	testEnvironment: 'node',
	moduleFileExtensions: ['mts', 'ts', 'mjs', 'js', 'json', 'node'],
	transform: {
		'\\.m?ts$': [
			'@swc/jest',
			{ jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'commonjs' } },
		],
	},
	modulePathIgnorePatterns: ['<rootDir>/dist/'],
};

const suite = (name) => ({
	...shared,
	displayName: name,
	testMatch: [`<rootDir>/test/${name}/**/*.test.mts`],
});

/** Tests of everything that lists models, with more of them: adding one may break none. */
const newModels = {
	...suite('new-models'),
	testMatch: [
		'unit/shared/models/*',
		'tools/local-api/rules',
		'tools/model-documents',
		'tools/saved-names',
		'engine/catalogue-matrix',
		'engine/editor',
	].map((name) => `<rootDir>/test/${name}.test.mts`),
	setupFiles: ['<rootDir>/test/support/new-models.mts'],
};

/** Packages in the dependencies of old n8n-cores that are ES modules only, which Jest on Node 20 cannot require. */
const ES_MODULES = ['p-retry', 'is-network-error'];

/**
 * The engine tests that depend on what n8n-core does, with another n8n-core and n8n-workflow than the installed ones:
 * `tools/compat/cores.mts` puts a link to them where they are looked for here.
 */
const coreSuite = (version) => ({
	...suite('engine'),
	displayName: `core-${version}`,
	testMatch: CORES.tests.map((name) => `<rootDir>/test/engine/${name}.test.mts`),
	transform: { '\\.m?[jt]s$': shared.transform['\\.m?ts$'] },
	transformIgnorePatterns: [`/node_modules/(?!(${ES_MODULES.join('|')})/)`],
	moduleNameMapper: {
		'^(n8n-core|n8n-workflow)$': `<rootDir>/test-artifacts/core-${version}/node_modules/$1`,
	},
	globalSetup: '<rootDir>/tools/compat/global-setup.mjs',
});

export default {
	// For `npm run coverage`: of what ships.
	collectCoverageFrom: ['{credentials,nodes}/**/*.ts'],
	coverageReporters: ['text'],
	projects: [
		suite('unit'),
		suite('tools'),
		newModels,
		suite('engine'),
		{ ...suite('e2e'), globalSetup: '<rootDir>/test/e2e/global-setup.mjs' },
		{ ...suite('scale'), globalSetup: '<rootDir>/test/scale/global-setup.mjs' },
		...CORES.versions.map(coreSuite),
	],
};
