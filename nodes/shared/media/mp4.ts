import { BoxReader } from './boxReader';

/** What a stream of bytes looks like as an MP4 file. */
export interface Mp4Report {
	/** Bytes read. */
	readonly bytes: number;
	/** What is wrong with the file; `undefined` when it is whole. */
	readonly problem?: string;
}

/** What a player can't do without: the index and the frames; in fragments, the index of each. */
const ESSENTIAL = ['moov', 'mdat', 'moof'];

/** What an MP4, or a QuickTime movie, can begin with. */
const FIRST = ['ftyp', 'styp', 'moov', 'mdat', 'free', 'skip', 'wide', 'pdin', 'uuid'];

/**
 * Tells from the bytes of an MP4 as they go by whether it is whole: it has an index and frames, and ends within neither.
 * Whatever comes behind them is no loss: players pass over other boxes, and over bytes that are no box.
 */
export class Mp4Inspector {
	private readonly boxes = new BoxReader(ESSENTIAL);

	/** @returns whether what comes next can still change anything */
	write(chunk: Buffer): boolean {
		this.boxes.write(chunk);
		return this.damage() === undefined;
	}

	end(): Mp4Report {
		const { bytes, cutWithin } = this.boxes;
		if (bytes === 0) return { bytes, problem: 'it is empty' };
		const isWhole = this.hasAll() && cutWithin === undefined;
		const problem = this.damage() ?? (isWhole ? undefined : 'it is cut off');
		return problem === undefined ? { bytes } : { bytes, problem };
	}

	private hasAll(): boolean {
		return this.boxes.has('moov') && this.boxes.has('mdat');
	}

	/** What no further byte can mend. */
	private damage(): string | undefined {
		const { firstType, isDamaged } = this.boxes;
		if (firstType !== undefined && !FIRST.includes(firstType)) return 'it is not an MP4 file';
		return isDamaged && !this.hasAll() ? 'its structure is damaged' : undefined;
	}
}
