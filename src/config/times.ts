/** How long the bot waits of its own accord, in milliseconds. Handed in where its parts are made. */
export type Times = {
  /** Slack waits 3 seconds for an acknowledgement; what is left over is for the way there and back. */
  answerWithin: number;
  /** How often each replica looks whether time has made something due; its own steps wake it at once. */
  workerInterval: number;
  /** What changes on a Home in quick succession is shown once. */
  homesGathered: number;
  /** The first pause before something is tried again that Slack, Fastly or the database did not take; later ones grow. */
  firstRetry: number;
  /** How long what is under way may take to end when the bot is told to stop. */
  drain: number;
  /** How long closing the database may take then. */
  close: number;
};

export const TIMES: Times = {
  answerWithin: 2_000,
  workerInterval: 1_000,
  homesGathered: 1_000,
  firstRetry: 500,
  drain: 10_000,
  close: 2_000,
};
