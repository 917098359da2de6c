/**
 * Puts an HEVC picture into a HEIC file (ISO 23008-12), which FFmpeg has no muxer for. Just enough for
 * one picture of 8-bit 4:2:0: samples for tests.
 */

/** HEVC NAL unit types: parameter sets, and the pictures themselves (below 32). */
const VPS = 32;
const SPS = 33;
const PPS = 34;

const u8 = (value: number): Buffer => Buffer.from([value]);
const u16 = (value: number): Buffer => {
	const bytes = Buffer.alloc(2);
	bytes.writeUInt16BE(value);
	return bytes;
};
const u32 = (value: number): Buffer => {
	const bytes = Buffer.alloc(4);
	bytes.writeUInt32BE(value);
	return bytes;
};
const text = (value: string): Buffer => Buffer.from(value, 'latin1');

const box = (type: string, ...parts: Buffer[]): Buffer => {
	const body = Buffer.concat(parts);
	return Buffer.concat([u32(body.length + 8), text(type), body]);
};
/** A box that begins with a version and flags. */
const fullBox = (type: string, version: number, flags: number, ...parts: Buffer[]): Buffer =>
	box(type, u32((version << 24) | flags), ...parts);

/** Splits an Annex B byte stream (units parted by 00 00 01) into its NAL units. */
function nalUnits(stream: Buffer): Buffer[] {
	const code = Buffer.from([0, 0, 1]);
	const units: Buffer[] = [];
	for (let start = stream.indexOf(code); start >= 0; ) {
		const next = stream.indexOf(code, start + 3);
		const end = next < 0 ? stream.length : stream[next - 1] === 0 ? next - 1 : next;
		units.push(stream.subarray(start + 3, end));
		start = next;
	}
	return units;
}

const unitType = (unit: Buffer): number => (unit.readUInt8(0) >> 1) & 0x3f;

/** Takes out the 03 that keeps 00 00 0x from looking like a start code. */
function withoutEmulation(unit: Buffer): Buffer {
	return Buffer.from(
		unit.filter((byte, at) => !(byte === 3 && at >= 2 && unit[at - 1] === 0 && unit[at - 2] === 0)),
	);
}

/** The decoder's configuration record; profile, tier and level are copied from the sequence parameters. */
function hvcC(units: Buffer[]): Buffer {
	const ofType = (type: number) => units.filter((unit) => unitType(unit) === type);
	const sps = ofType(SPS)[0];
	if (!sps) throw new Error('The HEVC stream has no sequence parameter set');
	const profileTierLevel = withoutEmulation(sps).subarray(3, 15);
	const sets = [VPS, SPS, PPS].map((type) =>
		Buffer.concat([
			u8(0x80 | type),
			u16(ofType(type).length),
			...ofType(type).flatMap((unit) => [u16(unit.length), unit]),
		]),
	);
	return box(
		'hvcC',
		u8(1),
		profileTierLevel,
		u16(0xf000), // no minimum of spatial segments
		u8(0xfc), // any parallelism
		u8(0xfd), // 4:2:0
		u8(0xf8), // 8 bits of luma
		u8(0xf8), // 8 bits of chroma
		u16(0), // no frame rate
		u8(0x0f), // one temporal layer, NAL lengths of 4 bytes
		u8(sets.length),
		...sets,
	);
}

/** @param stream one key frame in Annex B form, with its parameter sets */
export function heicFile(stream: Buffer, width: number, height: number): Buffer {
	const units = nalUnits(stream);
	const picture = Buffer.concat(
		units.filter((unit) => unitType(unit) < VPS).flatMap((unit) => [u32(unit.length), unit]),
	);
	const ftyp = box('ftyp', text('heic'), u32(0), text('mif1heic'));
	const meta = (pictureAt: number): Buffer =>
		fullBox(
			'meta',
			0,
			0,
			fullBox('hdlr', 0, 0, u32(0), text('pict'), Buffer.alloc(12), u8(0)),
			fullBox('pitm', 0, 0, u16(1)),
			fullBox(
				'iloc',
				0,
				0,
				u16(0x4400), // offsets and lengths of 4 bytes
				u16(1),
				...[u16(1), u16(0), u16(1), u32(pictureAt), u32(picture.length)],
			),
			fullBox('iinf', 0, 0, u16(1), fullBox('infe', 2, 0, u16(1), u16(0), text('hvc1'), u8(0))),
			box(
				'iprp',
				box('ipco', hvcC(units), fullBox('ispe', 0, 0, u32(width), u32(height))),
				// Item 1 has properties 1 (needed to decode it) and 2.
				fullBox('ipma', 0, 0, u32(1), u16(1), u8(2), u8(0x81), u8(2)),
			),
		);
	const headerLength = ftyp.length + meta(0).length + 8;
	return Buffer.concat([ftyp, meta(headerLength), box('mdat', picture)]);
}
