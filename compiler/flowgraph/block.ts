/** In place of the number of a block: there is none. */
export const NO_BLOCK = -1;
/** The block that the code begins with. */
export const ENTRY = 0;
