import { song } from '../../../schemas/song.ts';
import { resourceProvocations } from '../../support/provocations.ts';

/** The errors of songs. */
export const provocations = resourceProvocations(song);
