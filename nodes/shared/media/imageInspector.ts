import { endReaderOf, type EndReader } from './imageEnd';
import { describeContent, HEADER_BYTES, readImageHeader, type ImageHeader } from './imageFormat';
import { describeLookalike } from './lookalikes';

/** What a file is, by its content. */
export interface ImageReport {
	/** `undefined`: it is no image that Magic Hour takes. */
	readonly header?: ImageHeader;
	/** What it is if it is none, for a message. */
	readonly description?: string;
	/** Bytes in all. */
	readonly length: number;
	/** Whether all of the image is there. */
	readonly isWhole: boolean;
}

/** Tells what a file is as it goes by. Keeps its beginning, and nothing that grows with it. */
export class ImageInspector {
	private readonly beginning: Buffer[] = [];
	private head?: Buffer;
	private header?: ImageHeader;
	private rest?: EndReader;
	private length = 0;

	write(chunk: Buffer): void {
		this.length += chunk.length;
		if (this.head) {
			this.rest?.write(chunk);
			return;
		}
		this.beginning.push(chunk);
		if (this.length >= HEADER_BYTES) this.readHead();
	}

	end(): ImageReport {
		const head = this.head ?? this.readHead();
		const { header, length } = this;
		const end = this.rest?.end(head, length);
		if (!header || !end) {
			const description = describeLookalike(head) ?? describeContent(head);
			return { description, length, isWhole: false };
		}
		return { header: end.isTurned ? turned(header) : header, length, isWhole: end.isWhole };
	}

	private readHead(): Buffer {
		const bytes = Buffer.concat(this.beginning.splice(0));
		this.head = bytes.subarray(0, HEADER_BYTES);
		this.header = readImageHeader(this.head);
		this.rest = this.header && endReaderOf(this.header.format);
		this.rest?.write(bytes);
		return this.head;
	}
}

function turned({ format, size }: ImageHeader): ImageHeader {
	return size ? { format, size: { width: size.height, height: size.width } } : { format };
}
