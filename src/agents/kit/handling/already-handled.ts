/** The event in hand was handled before: by an earlier delivery, or by one that runs beside this one. */
export class AlreadyHandled extends Error {
  override readonly name = "AlreadyHandled";
  constructor(eventId: string) {
    super(`The event ${eventId} was handled already.`);
  }
}
