/** Characters that a file name may not have on Windows, macOS or Linux. */
const FORBIDDEN = /[\\/:*?"<>|\p{Cc}]+/gu;
const LONGEST = 100;

/** A file name for a video, made from the project's name; its id where there is no usable name. */
export function videoFileName(name: string | null | undefined, projectId: string): string {
	const cleaned = (name ?? '').replace(FORBIDDEN, ' ').replace(/\s+/g, ' ').trim();
	// By characters: cutting within one would leave half an emoji.
	const short = [...cleaned]
		.slice(0, LONGEST)
		.join('')
		.replace(/^[. ]+|[. ]+$/g, '');
	return `${short === '' ? projectId.replace(FORBIDDEN, '-') : short}.mp4`;
}
