/** How long the bot waits of its own accord, in milliseconds. Handed in where its parts are made. */
export const TIMES = {
  /** Slack waits 3 seconds for an acknowledgement; what is left over is for the way there and back. */
  answerWithin: 2_000,
  /** How often each replica looks whether time has made something due; its own steps wake it at once. */
  workerInterval: 1_000,
  /** What changes on a Home in quick succession is shown once. */
  homesGathered: 1_000,
  /** The first pause before something is tried again that Slack, Fastly or the database did not take; later ones grow. */
  firstRetry: 500,
  /** The same for what a person has to mend first, such as a token that is refused. */
  slowRetry: 60_000,
  /** How often the log repeats that Slack refuses the token. */
  saidAgain: 10 * 60_000,
  /** How long what is under way may take to end when the bot is told to stop. */
  drain: 10_000,
  /** How long closing the database may take then. */
  close: 2_000,
};
export type Times = typeof TIMES;
