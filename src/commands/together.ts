/**
 * The results of two things that were begun side by side. Where both fail, `first` decides what is thrown, even if it fails
 * later: what people are told does not depend on which answer was faster.
 */
export async function together<First, Second>(
  first: Promise<First>,
  second: Promise<Second>,
): Promise<[First, Second]> {
  second.catch(() => {});
  return [await first, await second];
}
