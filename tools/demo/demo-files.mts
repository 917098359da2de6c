import { copyFile, mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join, parse } from 'node:path';
import { writeSample } from '../../local-api/sample-image.mts';
import { PROJECT_DIRECTORY } from '../pack.mts';
import type { Program } from '../processes/program.mts';

const OUTPUT_DIRECTORY = join(PROJECT_DIRECTORY, 'demo-output');

/** Absolute paths. */
export interface DemoFiles {
	/** Temporary: removed when the program ends. */
	readonly folder: string;
	/** What the workflow reads. */
	readonly imageFile: string;
	/** What it writes. */
	readonly videoFile: string;
	readonly stillFile: string;
	/** The folders that nodes may read and write files in. */
	readonly nodeFolders: readonly string[];
}

/**
 * @param image the user's own; without it, a picture is drawn
 * @param outputDirectory is made when it is not there
 */
export async function provideDemoFiles(
	program: Program,
	image?: string,
	outputDirectory = OUTPUT_DIRECTORY,
): Promise<DemoFiles> {
	// Its real path: n8n compares real paths when it decides which files a node may touch.
	const folder = await realpath(await mkdtemp(join(tmpdir(), 'n8n-magic-hour-')));
	program.atEnd(() => rm(folder, { recursive: true, force: true }));
	const imageFolder = join(folder, 'files');
	await mkdir(imageFolder);
	await mkdir(outputDirectory, { recursive: true });
	const outputFolder = await realpath(outputDirectory);
	const name = image === undefined ? 'sample' : parse(image).name;
	return {
		folder,
		imageFile: await provideImage(image, imageFolder),
		videoFile: join(outputFolder, `${name}.mp4`),
		stillFile: join(outputFolder, `${name}-still.png`),
		nodeFolders: [imageFolder, outputFolder],
	};
}

/** A copy under a plain name: n8n's node takes a pattern, in which [ or * in a user's file name would not mean itself. */
async function provideImage(image: string | undefined, folder: string): Promise<string> {
	const path = join(folder, `image${image === undefined ? '.png' : extname(image)}`);
	if (image === undefined) await writeSample(path);
	else await copyFile(image, path);
	return path;
}
