/** Nobody knows yet whether the database belongs to the Slack workspace and the Fastly account that the bot works in. */
export class NotConfirmed extends Error {
  constructor() {
    super("It isn't known yet whether the database belongs to this Slack workspace and Fastly account");
    this.name = 'NotConfirmed';
  }
}
