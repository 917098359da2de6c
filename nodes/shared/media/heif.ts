interface Size {
	readonly width: number;
	readonly height: number;
}

interface Box {
	readonly type: string;
	readonly content: Buffer;
}

/**
 * The size of the picture in a HEIC or AVIF file (ISO/IEC 23008-12) as it is shown: that of the primary item, cropped and
 * turned as its properties say. A picture in tiles, and its thumbnail, have sizes of their own.
 * @returns `undefined` when the bytes don't say
 */
export function readHeifSize(bytes: Buffer): Size | undefined {
	const meta = boxesOf(bytes).find(({ type }) => type === 'meta');
	if (!meta) return undefined;
	const boxes = boxesOf(meta.content.subarray(4));
	const properties = boxesOf(contentOf(boxes, 'iprp'));
	const all = boxesOf(contentOf(properties, 'ipco'));
	return shownSize(propertiesOfPrimary(boxes, properties, all)) ?? largestOf(all);
}

/** A number in a box; 0 where the box is too short for it. */
function numberAt(bytes: Buffer, at: number, size: number): number {
	return at + size <= bytes.length ? bytes.readUIntBE(at, size) : 0;
}

/** Boxes that are whole. */
function boxesOf(bytes: Buffer): Box[] {
	const boxes: Box[] = [];
	for (let at = 0; at + 8 <= bytes.length; ) {
		const size = bytes.readUInt32BE(at) || bytes.length - at;
		if (size < 8 || at + size > bytes.length) break;
		const type = bytes.toString('latin1', at + 4, at + 8);
		boxes.push({ type, content: bytes.subarray(at + 8, at + size) });
		at += size;
	}
	return boxes;
}

function contentOf(boxes: readonly Box[], type: string): Buffer {
	return boxes.find((box) => box.type === type)?.content ?? Buffer.alloc(0);
}

/** `pitm` names the primary item, `ipma` numbers the properties of each item, from 1, in the order to apply them. */
function propertiesOfPrimary(
	boxes: readonly Box[],
	properties: readonly Box[],
	all: readonly Box[],
): Box[] {
	const pitm = contentOf(boxes, 'pitm');
	if (pitm.length === 0) return [];
	const primary = pitm[0] === 0 ? numberAt(pitm, 4, 2) : numberAt(pitm, 4, 4);
	for (const { content: ipma } of properties.filter(({ type }) => type === 'ipma')) {
		const idSize = ipma[0] === 0 ? 2 : 4;
		const indexSize = ((ipma[3] ?? 0) & 1) === 1 ? 2 : 1;
		const mask = indexSize === 2 ? 0x7fff : 0x7f;
		for (let at = 8; at < ipma.length; ) {
			const id = numberAt(ipma, at, idSize);
			const count = numberAt(ipma, at + idSize, 1);
			at += idSize + 1;
			if (id === primary) {
				const indices = Array.from(
					{ length: count },
					(_, index) => numberAt(ipma, at + index * indexSize, indexSize) & mask,
				);
				return indices.flatMap((index) => all[index - 1] ?? []);
			}
			at += count * indexSize;
		}
	}
	return [];
}

function shownSize(properties: readonly Box[]): Size | undefined {
	let size: Size | undefined;
	for (const { type, content } of properties) {
		if (type === 'ispe') size = sizeOf(content);
		// Width and height as fractions.
		if (type === 'clap' && size) size = cropped(content) ?? size;
		const isQuarterTurn = type === 'irot' && (numberAt(content, 0, 1) & 1) === 1;
		if (isQuarterTurn && size) size = { width: size.height, height: size.width };
	}
	return size;
}

function cropped(clap: Buffer): Size | undefined {
	const [width, height] = [0, 8].map((at) =>
		Math.round(numberAt(clap, at, 4) / numberAt(clap, at + 4, 4)),
	) as [number, number];
	return width >= 1 && height >= 1 && width < Infinity && height < Infinity
		? { width, height }
		: undefined;
}

/** Where no item is said to be the primary one. It could be turned. */
function largestOf(properties: readonly Box[]): Size | undefined {
	if (properties.some(({ type }) => type === 'irot')) return undefined;
	const sizes = properties.flatMap(({ type, content }) =>
		type === 'ispe' ? (sizeOf(content) ?? []) : [],
	);
	return sizes.sort((a, b) => b.width * b.height - a.width * a.height)[0];
}

function sizeOf(ispe: Buffer): Size | undefined {
	const [width, height] = [numberAt(ispe, 4, 4), numberAt(ispe, 8, 4)];
	return width > 0 && height > 0 ? { width, height } : undefined;
}
