/** Options that all three suites share. Tests are .mts so that n8n's lint rules for shipped code leave them alone. */
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

export default {
	projects: [
		suite('unit'),
		suite('engine'),
		{ ...suite('e2e'), globalSetup: '<rootDir>/test/e2e/global-setup.mjs' },
	],
};
