// Jest imports its global set-up as it stands, without its transforms: TypeScript has to be asked for.
import { tsImport } from 'tsx/esm/api';

const { setUp } = await tsImport('./set-up.mts', import.meta.url);

export default setUp;
