import { BoxReader } from './boxReader';
import { ChunkReader, PNG_LAYOUT, WEBP_LAYOUT } from './chunkReader';
import type { ImageFormat } from './imageFormat';
import { isTurned, readDirectory } from './tiffDirectory';

/** What the whole of a file shows that its beginning does not. */
export interface ImageEnd {
	/** Whether all of the picture is there. What comes behind it is no loss. */
	readonly isWhole: boolean;
	/** Whether the picture is shown with its sides exchanged; only where the header does not say it. */
	readonly isTurned?: boolean;
}

/** Looks at a file as it goes by. */
export interface EndReader {
	write(chunk: Buffer): void;
	/** @param head the file's beginning; @param length bytes in all */
	end(head: Buffer, length: number): ImageEnd;
}

export function endReaderOf(format: ImageFormat): EndReader {
	switch (format) {
		case 'png':
			return pngEnd();
		case 'jpg':
			return jpegEnd();
		case 'webp':
			return webpEnd();
		case 'heic':
		case 'avif':
			return heifEnd();
		case 'jp2':
			return jpeg2000End();
		case 'tiff':
			return { write: () => undefined, end: tiffEnd };
		case 'bmp':
			return { write: () => undefined, end: bmpEnd };
	}
}

/** There are pixels, and the chunk that ends it. */
function pngEnd(): EndReader {
	const chunks = new ChunkReader(PNG_LAYOUT);
	return {
		write: (chunk) => {
			chunks.write(chunk);
		},
		end: () => ({
			isWhole: chunks.has('IDAT') && chunks.has('IEND'),
			isTurned: isTurned(chunks.kept),
		}),
	};
}

/** The picture's data are there, of an animation those of each frame. Some writers leave out the byte that makes them even. */
function webpEnd(): EndReader {
	const chunks = new ChunkReader(WEBP_LAYOUT);
	return {
		write: (chunk) => {
			chunks.write(chunk);
		},
		end: () => {
			const hasPicture = ['VP8 ', 'VP8L', 'ANMF'].some((type) => chunks.has(type));
			// Some writers put the head of a JPEG's segment before it.
			const exif = chunks.kept;
			const isSegment = exif.toString('latin1', 0, 6) === 'Exif\0\0';
			return {
				isWhole: hasPicture && chunks.missing <= 1,
				isTurned: isTurned(isSegment ? exif.subarray(6) : exif),
			};
		},
	};
}

function heifEnd(): EndReader {
	const boxes = new BoxReader(['meta', 'moov', 'mdat']);
	return {
		write: (chunk) => {
			boxes.write(chunk);
		},
		end: (head) => {
			const hasIndex = boxes.has('meta') || boxes.has('moov');
			// A small picture may stand beside the index.
			const hasPicture = boxes.has('mdat') || head.includes('idat');
			return { isWhole: hasIndex && hasPicture && boxes.cutWithin === undefined };
		},
	};
}

function jpeg2000End(): EndReader {
	const boxes = new BoxReader(['jp2c']);
	return {
		write: (chunk) => {
			boxes.write(chunk);
		},
		end: (head) => {
			// Nothing around it says how long a codestream is.
			const isBare = head.readUInt16BE(0) === 0xff4f;
			return { isWhole: isBare || (boxes.has('jp2c') && boxes.cutWithin === undefined) };
		},
	};
}

const EOI = 0xd9;
/** Begins what is coded. */
const SOS = 0xda;
/** May stand before a marker, any number of times. */
const FILL = 0xff;

/** What has no segment behind it: fill bytes, a byte of data, TEM, RST0 to RST7, SOI. */
function standsAlone(marker: number): boolean {
	return marker === FILL || marker <= 0x01 || (marker >= 0xd0 && marker <= 0xd8);
}

/** ITU T.81: from marker to marker, through segments by their lengths and through what is coded, of which there is some, up to EOI. */
function jpegEnd(): EndReader {
	let state: 'data' | 'marker' | 'length' | 'rest of length' | 'segment' | 'end' = 'data';
	/** Bytes of the segment that are still to come. */
	let left = 0;
	let hasScan = false;

	/** @returns where to read on */
	const read = (chunk: Buffer, at: number): number => {
		const byte = chunk[at] as number;
		switch (state) {
			case 'data': {
				const next = chunk.indexOf(0xff, at);
				if (next === -1) return chunk.length;
				state = 'marker';
				return next + 1;
			}
			case 'marker':
				hasScan ||= byte === SOS;
				if (byte === EOI) state = 'end';
				else if (!standsAlone(byte)) state = 'length';
				else if (byte !== FILL) state = 'data';
				return at + 1;
			case 'length':
				left = byte * 256;
				state = 'rest of length';
				return at + 1;
			case 'rest of length':
				// It counts its own two bytes.
				left = Math.max(left + byte - 2, 0);
				state = left > 0 ? 'segment' : 'data';
				return at + 1;
			case 'segment': {
				const taken = Math.min(left, chunk.length - at);
				left -= taken;
				if (left === 0) state = 'data';
				return at + taken;
			}
			case 'end':
				return chunk.length;
		}
	};
	return {
		write: (chunk) => {
			for (let at = 0; at < chunk.length; ) at = read(chunk, at);
		},
		end: () => ({ isWhole: state === 'end' && hasScan }),
	};
}

/** As far as the directory of the first picture says where its data are. */
function tiffEnd(head: Buffer, length: number): ImageEnd {
	const isLittle = head.toString('latin1', 0, 2) === 'II';
	const at = head.length < 8 ? length : isLittle ? head.readUInt32LE(4) : head.readUInt32BE(4);
	if (at + 2 > length) return { isWhole: false };
	const directory = readDirectory(head);
	const ends = TIFF_DATA.flatMap(([offsets, counts]) => {
		const sizes = directory?.values(counts) ?? [];
		const starts = directory?.values(offsets).slice(0, sizes.length) ?? [];
		return starts.map((start, index) => start + (sizes[index] ?? 0));
	});
	return { isWhole: [directory?.end ?? 0, ...ends].every((end) => end <= length) };
}

/** Tags of where strips and tiles begin, and of their lengths. */
const TIFF_DATA = [
	[273, 279],
	[324, 325],
] as const;

/** Rows of whole 32-bit words; the size of what is compressed stands in the header. */
function bmpEnd(head: Buffer, length: number): ImageEnd {
	const begin = head.readUInt32LE(10);
	const isOld = head.readUInt32LE(14) === 12;
	if (!isOld && head.length < 38) return { isWhole: false };
	const compression = isOld ? 0 : head.readUInt32LE(30);
	const isPlain = compression === 0 || compression === 3;
	const [width, height] = isOld
		? [head.readUInt16LE(18), head.readUInt16LE(20)]
		: [head.readInt32LE(18), Math.abs(head.readInt32LE(22))];
	const bitsPerPixel = head.readUInt16LE(isOld ? 24 : 28);
	const rowBytes = Math.ceil((width * bitsPerPixel) / 32) * 4;
	const bytes = isPlain ? rowBytes * height : head.readUInt32LE(34);
	return { isWhole: begin + bytes <= length };
}
