import type { Times } from '../../config/times.ts';

/** What `work` comes to, or `null` when that takes longer than Slack should be kept waiting. The work goes on. */
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
