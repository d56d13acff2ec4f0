/** How long the bot waits of its own accord, in milliseconds. Handed in where its parts are made. */
export const TIMES = {
  /** Slack waits 3 seconds for an acknowledgement; what is left over is for the way there and back. */
  answerWithin: 2_000,
  /** How long Slack may take to say whether a caller may use the bot. The answer has to follow in time. */
  membershipWithin: 1_500,
  /** How old Slack's answer about a bot admin or a user group may be, and how old while Slack gives no newer one. */
  botAdmins: { fresh: 60_000, away: 10 * 60_000 },
  /** How long Slack may take before an older answer counts. Two such waits fit into `membershipWithin`. */
  botAdminsAnswer: 600,
  /** How often each replica reads the whole list of bot admins, and how long after it has reached Slack at first. */
  botAdminsLook: { after: 500, every: 3_600_000 },
  /** How often each replica looks whether time has made something due; its own steps wake it at once. */
  workerInterval: 1_000,
  /** How often a message shows how far a request about several users is: Slack takes 50 updates a minute. */
  runShown: 2_000,
  /** What changes on a Home in quick succession is shown once. */
  homesGathered: 1_000,
  /** The first pause before something is tried again that Slack, Fastly or the database did not take; later ones grow. */
  firstRetry: 500,
  /** How long Slack may fail to show something before that is reported, and how often is looked. */
  overdueAfter: 5 * 60_000,
  overdueLook: 10_000,
  /** How often Fastly is asked again while it is away and nobody else asks it. */
  fastlyAskedAgain: 15_000,
  /** Over HTTP: how long requests are still taken after `/readyz` says 503, until no load balancer sends any. */
  stillTaking: 5_000,
  /** How often the log says again that something is still away. */
  stillAway: 30_000,
  /** How long the SQLite file may be gone before the process ends. */
  databaseGone: 60_000,
  /** How often one of the replicas logs the head of the audit log. */
  auditHead: 3_600_000,
  /** The same for what a person has to mend first, such as a token that is refused. */
  slowRetry: 60_000,
  /** How often the log repeats that Slack refuses the token. */
  saidAgain: 10 * 60_000,
  /** How long after it has reached Slack the bot looks at what its configuration leads to: deliveries come first. */
  checkedAfter: 2_000,
  /** What `/metrics` has from the store: how often it is read, how old it may get, and how long a reading may take. */
  backlog: { every: 15_000, keptFor: 60_000, within: 2_000 },
  /** How often Fastly is asked when its token expires. */
  tokenExpiry: 6 * 3_600_000,
  /** How often API tokens are looked at that expire soon, how soon again after a failure, and how often is looked whether it is time. */
  tokenReminders: { every: 24 * 3_600_000, again: 3_600_000, look: 60_000 },
  /**
   * How often is looked whether a report is due, how soon again after a failure, how long after its instant it is still
   * posted, and how often a schedule without a later instant is asked for one.
   */
  reports: { look: 10_000, again: 5 * 60_000, late: 6 * 3_600_000, askedAgain: 3_600_000 },
  leavers: {
    /** How often leavers are looked for, how soon again after a failure, and how often is looked whether it is time. */
    every: 24 * 3_600_000,
    again: 3_600_000,
    look: 60_000,
    /** How often all members of the workspace may be listed. */
    list: 7 * 24 * 3_600_000,
    /** The pauses between calls about a member, an address and a page of members: half of what Slack takes a minute. */
    pace: { member: 1_200, address: 2_400, page: 6_000 },
    /** For how long those who leave are gathered into one message, and how often is looked whether one is due. */
    gather: 120_000,
    tell: 5_000,
    /** How old it may get who is in an open message. */
    openMessages: 60_000,
    /** How long what ended is kept. */
    ended: 30 * 24 * 3_600_000,
    /** For how long it is reported that Slack has left events out. */
    eventsLeftOut: 3_600_000,
  },
  /**
   * Roles that are given for a time: how short and how long that may be; how soon an end is tried again while another change
   * of the user is under way, how late at most while Fastly is away, and how late where something else is in its way; after
   * how long people are told that it is overdue; how often is looked whether the role was given again;
   * for how long a call may still give a role after its answer was lost.
   */
  promotions: {
    shortest: 15 * 60_000,
    longest: 30 * 24 * 3_600_000,
    busy: 500,
    longestPause: 60_000,
    hindered: 3_600_000,
    loud: 10 * 60_000,
    watched: 3_600_000,
    unsure: 10 * 60_000,
  },
  /** How long what is under way may take to end when the bot is told to stop. */
  drain: 10_000,
  /** How long closing the database may take then. */
  close: 2_000,
  /** Connections to Slack over Socket Mode. */
  socketMode: {
    /** The pause before Slack is dialled again; it doubles up to the longest. */
    firstPause: 500,
    longestPause: 30_000,
    /** A connection that lasted so long makes the pauses start over. */
    lasting: 10_000,
    /** How often what only a person can mend is tried. */
    mendedByPerson: 60_000,
    /** How often the log says what a person has to mend. */
    sayAgain: 600_000,
    /** How long it may take from dialling Slack to its hello. */
    hello: 10_000,
    /** How often Slack is pinged, and after how much silence a connection counts as cut. */
    ping: 5_000,
    silence: 12_000,
    /** How long a connection is kept after the next one took its place, unless Slack closes it sooner. */
    keepOld: 15_000,
    /** How long Slack may count a connection that has ended. */
    lateCount: 60_000,
    /** When Slack's count of connections is looked at again after it was too high. */
    recount: 600_000,
    /** How long Slack may take to answer a goodbye. */
    goodbye: 1_000,
  },
};
export type Times = typeof TIMES;
