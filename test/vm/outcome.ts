import { Problem } from '../../vm/text/problem.ts';

/** What a computation gave, or the Python exception that it reported, as 'Exception: message'. */
export const outcome = (run: () => unknown): string => {
  try {
    return `${run()}`;
  } catch (problem) {
    if (problem instanceof Problem) return `${problem.exception}: ${problem.message}`;
    throw problem;
  }
};
