/** Thrown by an event handler: this event will never be handled, so do not try again. It goes to the dead letters. */
export class DropEvent extends Error {
  override readonly name = "DropEvent";
}
