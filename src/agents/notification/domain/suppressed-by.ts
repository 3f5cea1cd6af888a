/** Why a channel is not used: the recipient's own wish, an address on the list, or somebody who has taken it back. */
export type SuppressedBy = "channel-off" | "opted-out" | "hard-bounce" | "complaint" | "manual" | "cancelled";
