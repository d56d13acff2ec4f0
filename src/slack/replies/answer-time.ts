/** Slack waits 3 seconds for an acknowledgement; what is left over is for the way there and back. */
const ANSWER_WITHIN_MILLISECONDS = 2_000;

/** What `work` comes to, or `null` when that takes longer than Slack should be kept waiting. The work goes on. */
export async function withinAnswerTime<T>(work: Promise<T>): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, ANSWER_WITHIN_MILLISECONDS, null);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
