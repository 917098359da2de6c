import { Uploads } from '../../shared/api/uploads';
import { IMAGE_BINARY_FIELD } from '../description/fields';
import { START_IMAGE, readImageFile, type ImageFile } from '../input/imageInput';
import type { Operation } from '../../shared/generation/operation';
import { readBinaryField } from '../input/parameters';
import { deadlineOf } from '../../shared/generation/runContext';

export const uploadImage: Operation<{ readonly file: ImageFile }, Uploads> = {
	fields: [
		{
			displayName: 'Input Binary Field',
			name: START_IMAGE.binaryField,
			default: 'data',
			placeholder: 'e.g. data',
			...IMAGE_BINARY_FIELD,
			displayOptions: { show: { operation: ['uploadImage'] } },
		},
	],

	prepare: async (n8n, itemIndex) => ({
		file: await readImageFile(
			n8n,
			readBinaryField(n8n, START_IMAGE.binaryField, itemIndex),
			START_IMAGE.label,
			itemIndex,
		),
	}),

	async share({ items, session }) {
		const { client, clock } = await session();
		return {
			shared: new Uploads(
				client,
				clock,
				items.map(({ input }) => input.file),
			),
		};
	},

	async run({ input: { file }, shared: uploads, signal, session }) {
		const options = { deadline: deadlineOf(await session()), signal };
		const path = await uploads.pathOf(file, options);
		return { json: { file_path: path, format: file.format, ...file.size } };
	},
};
