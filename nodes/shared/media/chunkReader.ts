/** How a file of chunks is laid out. The header of a chunk has 8 bytes. */
export interface ChunkLayout {
	/** Bytes before the first chunk. */
	readonly skip: number;
	/** Where in a header the type is. */
	readonly typeAt: number;
	/** Bytes from the end of a header to the next chunk. @param at where the header begins */
	readonly lengthOf: (bytes: Buffer, at: number) => number;
	/** Chunks to look out for. */
	readonly types: readonly string[];
	/** The one whose content is kept, up to 64 KiB of it. */
	readonly keep: string;
	/** The one that ends the file: nothing behind it is looked at. */
	readonly last?: string;
}

const HEADER_BYTES = 8;
const MAX_KEPT_BYTES = 65_536;

/** PNG (ISO/IEC 15948): length, type, data, CRC. */
export const PNG_LAYOUT: ChunkLayout = {
	skip: 8,
	typeAt: 4,
	lengthOf: (bytes, at) => bytes.readUInt32BE(at) + 4,
	types: ['IDAT', 'IEND'],
	keep: 'eXIf',
	last: 'IEND',
};

/** WebP (RFC 9649): type, length, data, a byte to make it even. */
export const WEBP_LAYOUT: ChunkLayout = {
	skip: 12,
	typeAt: 0,
	lengthOf: (bytes, at) => {
		const length = bytes.readUInt32LE(at + 4);
		return length + (length % 2);
	},
	types: ['VP8 ', 'VP8L', 'ALPH', 'ANMF'],
	keep: 'EXIF',
};

/**
 * Follows the chunks of a file as it goes by. Keeps one of them, and nothing that grows with the file, and stays quick
 * where a file is nothing but tiny chunks.
 */
export class ChunkReader {
	/** Types as they stand in a header, as numbers. */
	private readonly types: ReadonlyMap<number, string>;
	private readonly found = new Set<string>();
	/** A header that goes over the end of a piece of the file. */
	private readonly header = Buffer.alloc(HEADER_BYTES);
	private headerLength = 0;
	private readonly parts: Buffer[] = [];
	private keptLength = 0;
	/** That of the current chunk, if it is one of those to look out for, or to keep. */
	private type?: string;
	/** Bytes of the current chunk that are still to come. */
	private left: number;

	constructor(private readonly layout: ChunkLayout) {
		this.left = layout.skip;
		this.types = new Map([...layout.types, layout.keep].map((type) => [numberOf(type), type]));
	}

	/** Whether such a chunk has begun. */
	has(type: string): boolean {
		return this.found.has(type);
	}

	/** If the file ends here: bytes that are missing of a chunk that is looked out for. */
	get missing(): number {
		return this.type === undefined || this.type === this.layout.keep ? 0 : this.left;
	}

	get kept(): Buffer {
		return Buffer.concat(this.parts);
	}

	write(piece: Buffer): void {
		let at = 0;
		while (at < piece.length && !this.isThrough) {
			if (this.left > 0) {
				const step = Math.min(this.left, piece.length - at);
				if (this.type === this.layout.keep) this.keep(piece.subarray(at, at + step));
				at += step;
				this.left -= step;
			} else if (this.headerLength === 0 && piece.length - at >= HEADER_BYTES) {
				this.begin(piece, at);
				at += HEADER_BYTES;
			} else {
				const taken = piece.copy(this.header, this.headerLength, at);
				at += taken;
				this.headerLength += taken;
				if (this.headerLength === HEADER_BYTES) {
					this.begin(this.header, 0);
					this.headerLength = 0;
				}
			}
		}
	}

	private get isThrough(): boolean {
		return this.type !== undefined && this.type === this.layout.last;
	}

	private begin(bytes: Buffer, at: number): void {
		this.left = this.layout.lengthOf(bytes, at);
		this.type = this.types.get(bytes.readUInt32BE(at + this.layout.typeAt));
		if (this.type !== undefined) this.found.add(this.type);
	}

	private keep(part: Buffer): void {
		if (this.keptLength >= MAX_KEPT_BYTES) return;
		this.parts.push(Buffer.from(part));
		this.keptLength += part.length;
	}
}

function numberOf(type: string): number {
	return Buffer.from(type, 'latin1').readUInt32BE(0);
}
