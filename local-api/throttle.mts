import { Transform, type TransformCallback } from 'node:stream';

/** How often a slice is let through, in ms. */
const TICK_MS = 50;

/** Lets bytes through at a given rate, 20 a second at least. Its only timer ends with the stream. */
export class Throttle extends Transform {
	private timer: NodeJS.Timeout | undefined;
	private readonly slice: number;

	constructor(bytesPerSecond: number) {
		super();
		this.slice = Math.max(1, Math.round((bytesPerSecond * TICK_MS) / 1000));
	}

	override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
		this.push(chunk.subarray(0, this.slice));
		const rest = chunk.subarray(this.slice);
		this.timer = setTimeout(() => {
			if (rest.length === 0) done();
			else this._transform(rest, _encoding, done);
		}, TICK_MS);
	}

	override _destroy(error: Error | null, done: (error: Error | null) => void): void {
		clearTimeout(this.timer);
		done(error);
	}
}
