import { readDirectory, type TiffDirectory } from './tiffDirectory';

/** Raw files that are no TIFF: of Fujifilm, Olympus, Panasonic, Sigma, Minolta, and Canon's before and after CR2. */
const OTHER_RAW =
	/^(?:FUJIFILMCCD-RAW|II(?:RO|RS|U\0)|MMOR|FOVb|\0MRM|II.\0\0\0HEAPCCDR|.{4}ftypcrx )/s;

const SUBFILE_TYPE = 254;
const COMPRESSION = 259;
const PHOTOMETRIC = 262;
const MAKE = 271;
const SUB_DIRECTORIES = 330;
const DNG_VERSION = 50_706;

/** PhotometricInterpretation of what comes from a sensor: a colour filter array, or its colours in a row. */
const SENSOR = [32_803, 34_892];
/** Compression of Sony, Samsung, Nikon, Kodak, Pentax. */
const RAW_COMPRESSION = [32_767, 32_770, 34_713, 65_000, 65_535];

/** Other pictures in the file whose directories are looked at. */
const MAX_SUB_DIRECTORIES = 16;

/**
 * What a file is that begins as an image that Magic Hour takes and is none, for a message. What programs find in a camera
 * raw file is its small preview, or nothing; nothing but Apple's own software reads Apple's kind of PNG.
 */
export function describeLookalike(bytes: Buffer): string | undefined {
	const start = bytes.toString('latin1', 0, 32);
	if (/^\x89PNG.{8}CgBI/s.test(start)) return "a PNG of Apple's own kind (CgBI)";
	return OTHER_RAW.test(start) || isRawTiff(bytes) ? 'a camera raw file' : undefined;
}

function isRawTiff(bytes: Buffer): boolean {
	const first = readDirectory(bytes);
	if (!first) return false;
	if (bytes.toString('latin1', 8, 10) === 'CR' || first.has(DNG_VERSION) || isRaw(first))
		return true;
	const others = first.values(SUB_DIRECTORIES);
	if (isSmaller(first) && first.has(MAKE) && others.length > 0) return true;
	return others.slice(0, MAX_SUB_DIRECTORIES).some((at) => {
		const other = readDirectory(bytes, at);
		return other !== undefined && isRaw(other);
	});
}

function isRaw(directory: TiffDirectory): boolean {
	return (
		SENSOR.includes(directory.first(PHOTOMETRIC) ?? 0) ||
		RAW_COMPRESSION.includes(directory.first(COMPRESSION) ?? 0)
	);
}

/** Whether a directory is that of a smaller version of another picture in the file. */
export function isSmaller(directory: TiffDirectory): boolean {
	return ((directory.first(SUBFILE_TYPE) ?? 0) & 1) === 1;
}
