import type { Times } from '../../config/times.ts';

/** The result of `work`, or `null` if it takes longer than `answerWithin` milliseconds. The work continues. */
export async function withinAnswerTime<T>(
  work: Promise<T>,
  { answerWithin }: Pick<Times, 'answerWithin'>,
): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, answerWithin, null);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
