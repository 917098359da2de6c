import { START_IMAGE, readImageFile, type ImageFile } from '../imageInput';
import type { Operation } from '../operation';
import { readText } from '../parameters';
import { deadlineOf } from '../session';

export const uploadImage: Operation<{ readonly file: ImageFile }> = {
	fields: [
		{
			displayName: 'Input Binary Field',
			name: START_IMAGE.binaryField,
			type: 'string',
			default: 'data',
			required: true,
			placeholder: 'e.g. data',
			hint: 'The name of the input binary field that contains the image',
			displayOptions: { show: { operation: ['uploadImage'] } },
		},
	],

	prepare: async (n8n, itemIndex) => ({
		file: await readImageFile(
			n8n,
			readText(n8n, START_IMAGE.binaryField, itemIndex),
			START_IMAGE.label,
			itemIndex,
		),
	}),

	async run({ input: { file }, signal, session: begin }) {
		const session = await begin();
		const options = { deadline: deadlineOf(session), signal };
		const [upload] = await session.client.uploadImages([file], options);
		return { json: { file_path: upload?.file_path, format: file.format, ...file.size } };
	},
};
