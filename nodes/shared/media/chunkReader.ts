/** How a file of chunks is laid out. */
export interface ChunkLayout {
	/** Bytes before the first chunk. */
	readonly skip: number;
	/** Reads the header of a chunk, of 8 bytes. `length`: bytes from there to the next chunk */
	readonly headerOf: (bytes: Buffer) => { readonly type: string; readonly length: number };
	/** Chunks to look out for. */
	readonly types: readonly string[];
	/** The one whose content is kept, up to 64 KiB of it. */
	readonly keep: string;
}

const HEADER_BYTES = 8;
const MAX_KEPT_BYTES = 65_536;

/** PNG (ISO/IEC 15948): length, type, data, CRC. */
export const PNG_LAYOUT: ChunkLayout = {
	skip: 8,
	headerOf: (bytes) => ({
		type: bytes.toString('latin1', 4, 8),
		length: bytes.readUInt32BE(0) + 4,
	}),
	types: ['IDAT', 'IEND'],
	keep: 'eXIf',
};

/** WebP (RFC 9649): type, length, data, a byte to make it even. */
export const WEBP_LAYOUT: ChunkLayout = {
	skip: 12,
	headerOf: (bytes) => {
		const length = bytes.readUInt32LE(4);
		return { type: bytes.toString('latin1', 0, 4), length: length + (length % 2) };
	},
	types: ['VP8 ', 'VP8L', 'ALPH', 'ANMF'],
	keep: 'EXIF',
};

/** Follows the chunks of a file as it goes by. Keeps one of them, and nothing that grows with the file. */
export class ChunkReader {
	private readonly found = new Set<string>();
	private readonly header = Buffer.alloc(HEADER_BYTES);
	private headerLength = 0;
	private readonly parts: Buffer[] = [];
	private keptLength = 0;
	private type = '';
	/** Bytes of the current chunk that are still to come. */
	private left: number;

	constructor(private readonly layout: ChunkLayout) {
		this.left = layout.skip;
	}

	/** Whether such a chunk has begun. */
	has(type: string): boolean {
		return this.found.has(type);
	}

	/** If the file ends here: bytes that are missing of a chunk that is looked out for. */
	get missing(): number {
		return this.layout.types.includes(this.type) ? this.left : 0;
	}

	get kept(): Buffer {
		return Buffer.concat(this.parts);
	}

	write(chunk: Buffer): void {
		let at = 0;
		while (at < chunk.length) {
			if (this.left > 0) {
				const step = Math.min(this.left, chunk.length - at);
				if (this.type === this.layout.keep) this.keep(chunk.subarray(at, at + step));
				at += step;
				this.left -= step;
			} else {
				const taken = chunk.copy(this.header, this.headerLength, at);
				at += taken;
				this.headerLength += taken;
				if (this.headerLength === HEADER_BYTES) this.begin();
			}
		}
	}

	private begin(): void {
		const { type, length } = this.layout.headerOf(this.header);
		this.type = type;
		this.left = length;
		this.headerLength = 0;
		if (this.layout.types.includes(type)) this.found.add(type);
	}

	private keep(part: Buffer): void {
		if (this.keptLength >= MAX_KEPT_BYTES) return;
		this.parts.push(Buffer.from(part));
		this.keptLength += part.length;
	}
}
