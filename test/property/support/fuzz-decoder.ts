import { isDeepStrictEqual } from "node:util";
import type { DecodeError, Message } from "../../../src/core/wire/datagram/message.ts";
import { mutatedDatagram } from "./datagram-grammar.ts";
import type { Episode, Start } from "./fuzz.ts";
import type { Random } from "./random.ts";
import { referenceDecode } from "./reference-decoder.ts";

const CODES = ["too-short", "unknown-type", "list-truncated", "query-length", "response-truncated", "too-large"];

/** Fuzzes a decoder: what it says must fit the datagram, and be what the contract's tables say. */
export const fuzzDecoder =
  (decode: (bytes: Uint8Array) => Message | DecodeError): Start =>
  (random: Random): Episode => {
    let bytes: Uint8Array = new Uint8Array();
    let message: Message | DecodeError = { type: "decode-error", code: "too-short" };
    return {
      prepare: () => {
        bytes = mutatedDatagram(random);
      },
      run: () => {
        message = decode(bytes);
      },
      judge: () => judge(bytes, message),
    };
  };

function judge(bytes: Uint8Array, message: Message | DecodeError): void {
  if ("ids" in message && 4 + 2 * message.ids.length > bytes.length)
    throw new Error(`more ids than the datagram has room for: ${message.ids.length} in ${bytes.length} bytes`);
  if ("sizeBytes" in message && message.offset + message.sizeBytes > bytes.length)
    throw new Error(`a chunk that ends beyond the datagram: ${message.sizeBytes} in ${bytes.length} bytes`);
  if (message.type === "decode-error") {
    if (!CODES.includes(message.code)) throw new Error(`an unknown code: ${message.code}`);
    if (referenceDecode(bytes) === null) return;
  } else if (isDeepStrictEqual(message, referenceDecode(bytes))) return;
  const hex = Buffer.from(bytes.subarray(0, 160)).toString("hex");
  throw new Error(
    `not what the tables say: ${hex} (${bytes.length} bytes) as ${JSON.stringify(message).slice(0, 200)}`,
  );
}
