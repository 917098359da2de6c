const HEADER_BYTES = 8;
const LARGE_HEADER_BYTES = 16;

/**
 * Follows the top-level boxes of an ISO media file (ISO/IEC 14496-12) as it goes by. Keeps nothing that grows with the
 * file, and stays quick where a file is nothing but tiny boxes.
 */
export class BoxReader {
	/** Types as they stand in a header, as numbers. */
	private readonly types: ReadonlyMap<number, string>;
	private readonly found = new Set<string>();
	/** A header that goes over the end of a chunk. */
	private readonly header = Buffer.alloc(LARGE_HEADER_BYTES);
	private headerLength = 0;
	private current?: string;
	/** Bytes of the current box that are still to come; `Infinity`: all to the end of the file. */
	private left = 0;
	private length = 0;
	private first?: string;
	private damaged = false;

	/** @param types those to look out for */
	constructor(types: readonly string[]) {
		this.types = new Map(types.map((type) => [numberOf(type), type]));
	}

	/** Bytes so far. */
	get bytes(): number {
		return this.length;
	}

	/** The type of the very first box, whatever it is. */
	get firstType(): string | undefined {
		return this.first;
	}

	/** No box can be where one would have to begin. Nothing behind that is looked at. */
	get isDamaged(): boolean {
		return this.damaged;
	}

	/** Whether such a box has begun. */
	has(type: string): boolean {
		return this.found.has(type);
	}

	/** If the file ends here: the box that it ends within, if that is one of those to look out for. */
	get cutWithin(): string | undefined {
		if (this.damaged) return undefined;
		if (this.headerLength > 0) return this.begunType();
		return this.left > 0 && this.left !== Infinity ? this.current : undefined;
	}

	write(chunk: Buffer): void {
		this.length += chunk.length;
		let at = 0;
		while (at < chunk.length && !this.damaged) {
			if (this.left > 0) {
				const step = Math.min(this.left, chunk.length - at);
				at += step;
				this.left -= step;
			} else if (this.headerLength === 0 && chunk.length - at >= LARGE_HEADER_BYTES) {
				at += this.begin(chunk, at);
			} else {
				at += this.collect(chunk, at);
			}
		}
	}

	/** Begins the box whose header is there, whole. @returns the length of the header */
	private begin(bytes: Buffer, at: number): number {
		const short = bytes.readUInt32BE(at);
		const isLarge = short === 1;
		const headerLength = isLarge ? LARGE_HEADER_BYTES : HEADER_BYTES;
		const size = isLarge ? Number(bytes.readBigUInt64BE(at + HEADER_BYTES)) : short;
		this.first ??= bytes.toString('latin1', at + 4, at + 8);
		this.damaged = size !== 0 && size < headerLength;
		if (this.damaged) return headerLength;
		this.left = size === 0 ? Infinity : size - headerLength;
		this.current = this.types.get(bytes.readUInt32BE(at + 4));
		if (this.current !== undefined) this.found.add(this.current);
		return headerLength;
	}

	/** Adds to a header that is not whole. @returns how many bytes it took */
	private collect(chunk: Buffer, at: number): number {
		const isLarge = this.headerLength >= HEADER_BYTES || this.hasLargeSize();
		const wanted = isLarge ? LARGE_HEADER_BYTES : HEADER_BYTES;
		const taken = chunk.copy(this.header, this.headerLength, at, at + wanted - this.headerLength);
		this.headerLength += taken;
		const isWhole = this.headerLength === wanted && (isLarge || !this.hasLargeSize());
		if (isWhole) {
			this.begin(this.header, 0);
			this.headerLength = 0;
		}
		return taken;
	}

	/** A box whose 32-bit size is 1 has its size in the 64 bits behind the type. */
	private hasLargeSize(): boolean {
		return this.headerLength >= HEADER_BYTES && this.header.readUInt32BE(0) === 1;
	}

	/** What the box could be whose header has begun: part of its type must be there. */
	private begunType(): string | undefined {
		const begun = this.header.toString('latin1', 4, Math.min(this.headerLength, HEADER_BYTES));
		return begun === '' ? undefined : [...this.types.values()].find((it) => it.startsWith(begun));
	}
}

function numberOf(type: string): number {
	return Buffer.from(type, 'latin1').readUInt32BE(0);
}
