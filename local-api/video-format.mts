/** Of every video that the local API makes. */
export const FRAMES_PER_SECOND = 24;
