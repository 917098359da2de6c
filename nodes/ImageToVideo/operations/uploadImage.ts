import { Uploads } from '../../shared/api/uploads';
import type { ImageFile } from '../../shared/generation/videoRequest';
import { START_IMAGE } from '../description/imageFields';
import { readImageFile } from '../../shared/form/imageInput';
import type { Operation } from '../../shared/generation/operation';
import { DEFAULT_TIMEOUT_MS, deadlineOf } from '../../shared/generation/runContext';

export const uploadImage: Operation<{ readonly file: ImageFile }, Uploads> = {
	option: {
		name: 'Upload Image',
		value: 'uploadImage',
		description: 'Upload an image once, to use it for several videos',
		action: 'Upload an image',
	},
	needsCredential: true,
	fields: [
		{ ...START_IMAGE.binaryField, displayOptions: { show: { operation: ['uploadImage'] } } },
	],

	prepare: async (n8n, itemIndex) => ({
		file: await readImageFile(n8n, START_IMAGE, itemIndex, DEFAULT_TIMEOUT_MS),
	}),

	async beforeBatch({ items, context }) {
		const { client, clock } = await context();
		return {
			shared: new Uploads(
				client,
				clock,
				items.map(({ input }) => input.file),
			),
		};
	},

	async run({ input: { file }, shared: uploads, signal, context }) {
		const options = { deadline: deadlineOf(await context()), signal };
		const path = await uploads.pathOf(file, options);
		return { json: { file_path: path, format: file.format, ...file.size } };
	},
};
