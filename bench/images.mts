import { Readable } from 'node:stream';

import type { InputItem } from '../tools/engine/engine.mts';
import { png } from '../tools/engine/images.mts';

const PICTURE = png(320, 180);
const ZEROS = Buffer.alloc(65_536);

/**
 * An item with a PNG file of a given size in bytes, which is made only when it is read. Files of different numbers
 * differ.
 */
export function imageItem(number: number, size = PICTURE.length + 8): InputItem {
	const data = Readable.from(paddedPng(number, size));
	return {
		json: { number },
		binary: { data: { data, mimeType: 'image/png', fileName: `image-${number}.png` } },
	};
}

/** A picture, then bytes that readers of PNG files don't look at: the picture ends before them. */
function* paddedPng(number: number, size: number): Generator<Buffer> {
	yield PICTURE;
	const end = Buffer.alloc(8);
	end.writeDoubleBE(number);
	for (let left = size - PICTURE.length - end.length; left > 0; left -= ZEROS.length) {
		yield ZEROS.subarray(0, Math.min(left, ZEROS.length));
	}
	yield end;
}
