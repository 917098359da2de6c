import { ensureProgram } from '../processes/debian-program.mts';

/**
 * No sandbox: containers' root users cannot have one. The rest keeps Chromium from calling its maker's hosts, which a
 * closed network refuses many at a time.
 */
export const CHROMIUM_FLAGS = [
	'--no-sandbox',
	'--disable-gpu',
	'--disable-quic',
	'--no-first-run',
	'--disable-background-networking',
	'--disable-component-update',
	'--disable-sync',
];

/**
 * The path of Chromium (or of what CHROMIUM_PATH names); on Debian it is installed when it is missing.
 * @throws Error that says what to install, where we may not
 */
export async function ensureChromium(): Promise<string> {
	return (
		process.env.CHROMIUM_PATH ??
		(await ensureProgram({
			title: 'Chromium',
			names: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
			debianPackage: 'chromium',
			neededBy: 'The browser tests',
			otherwise: ', or name one in CHROMIUM_PATH',
		}))
	);
}
