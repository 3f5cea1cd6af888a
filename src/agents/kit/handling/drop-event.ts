/** Throw it in an event handler when trying again can never help: the event goes to the dead letters, with the message as reason. */
export class DropEvent extends Error {
  override readonly name = "DropEvent";
}
