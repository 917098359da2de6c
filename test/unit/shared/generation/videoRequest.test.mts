import {
	fingerprintOfRequest,
	type ImageInput,
	type TextToVideoRequest,
	type VideoRequest,
} from '../../../../nodes/shared/generation/videoRequest.ts';
import { resolveModel } from '../../../../nodes/shared/models/catalogue.ts';

const spec = {
	...{ selection: resolveModel('kling-3.0'), candidateModels: [], seconds: 5 },
	...{ resolution: '720p', audio: false, notes: [] },
};
const image = (path: string): ImageInput => ({ kind: 'reference', path });
const text = (own: Partial<TextToVideoRequest> = {}): VideoRequest => ({
	...{ spec, prompt: 'a fox', name: 'Fox', aspectRatio: '16:9', references: [], ...own },
});
const a = { name: 'a', image: image('f/1') };
const b = { name: 'b', image: image('f/2') };

describe('the fingerprint of a request', () => {
	it('differs with everything that makes another video', () => {
		const requests: VideoRequest[] = [
			text(),
			text({ prompt: 'a lake' }),
			text({ spec: { ...spec, seconds: 6 } }),
			text({ aspectRatio: '9:16' }),
			text({ references: [a] }),
			text({ references: [b] }),
			text({ references: [a, b] }),
			text({ references: [{ ...a, image: b.image }] }),
			text({ references: [{ ...a, name: 'c' }] }),
			{ spec, prompt: 'a fox', name: 'Fox', image: image('f/1') },
			{ spec, prompt: 'a fox', name: 'Fox', image: image('f/1'), endImage: image('f/2') },
		];
		expect(new Set(requests.map(fingerprintOfRequest)).size).toBe(requests.length);
	});

	it('is the same whatever the name, and the order of references', () => {
		expect(fingerprintOfRequest(text({ name: 'x' }))).toBe(fingerprintOfRequest(text()));
		expect(fingerprintOfRequest(text({ references: [b, a] }))).toBe(
			fingerprintOfRequest(text({ references: [a, b] })),
		);
	});
});
