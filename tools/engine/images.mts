import { encodePng } from '../../local-api/png.mts';

/**
 * A real PNG file: a colour gradient. Sizes in pixels.
 * @param shade 0-255: makes images of one size differ
 */
export function png(width: number, height: number, shade = 128): Buffer {
	const rgb = new Uint8Array(width * height * 3);
	for (let pixel = 0; pixel < width * height; pixel++) {
		const x = pixel % width;
		const y = (pixel - x) / width;
		rgb.set([(255 * x) / width, (255 * y) / height, shade], pixel * 3);
	}
	return encodePng(width, height, rgb);
}

/** The smallest GIF file there is: one pixel. */
export const GIF = Buffer.from(
	'R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7',
	'base64',
);

export const PDF = Buffer.from(
	'%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\n%%EOF\n',
	'latin1',
);
