// A holder that lies, over libp2p and the frames of the fetch stream alone: `liar.ts LIE FILE MANIFEST`. It claims all of
// the video and gives its manifest; what it does with a Get is the lie. Prints its address, then one line a Get.
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { yamux } from "@chainsafe/libp2p-yamux";
import { identify } from "@libp2p/identify";
import { ping } from "@libp2p/ping";
import { tcp } from "@libp2p/tcp";
import { tls } from "@libp2p/tls";
import { createLibp2p } from "libp2p";
import { decodeFetch, encodeFetch, encodeResponseHead } from "../src/core/wire/stream/fetch-codec.ts";
import type { FetchGet, FetchMessage, ResponseHead } from "../src/core/wire/stream/fetch-message.ts";
import { FrameReader } from "../src/core/wire/stream/frame-reader.ts";
import type { Carrier } from "../src/node/carrier.ts";
import { carrierOverLibp2p } from "../src/node/libp2p-carrier.ts";

const LEAF_BYTES = 16_384;
const CHUNK_BYTES = 1_048_576;
const HASH_BYTES = 32;

const { positionals } = parseArgs({ allowPositionals: true });
const [lie = "", filePath = "", manifestPath = ""] = positionals;
const content = readFileSync(filePath);
const manifest = readFileSync(manifestPath);
const chunks = Math.ceil(content.length / CHUNK_BYTES);

/** The honest answer's head and body. Of a slice's proof only the length is right: the bytes are to be wrong anyway. */
function answerTo({ request, chunk, firstLeaf, leaves }: FetchGet): { head: ResponseHead; body: Buffer } {
  const from = chunk * CHUNK_BYTES + firstLeaf * LEAF_BYTES;
  const end = Math.min(content.length, (chunk + 1) * CHUNK_BYTES, from + leaves * LEAF_BYTES);
  const body = Buffer.from(content.subarray(from, end));
  const layers = leaves >= CHUNK_BYTES / LEAF_BYTES ? 0 : Math.log2(CHUNK_BYTES / LEAF_BYTES / leaves);
  const proof = new Uint8Array(layers * HASH_BYTES);
  return { head: { type: "response", request, status: "ok", proof, bodyBytes: body.length }, body };
}

const LIES: Readonly<Record<string, (carrier: Carrier, get: FetchGet) => void>> = {
  "flipped-bit": (carrier, get) => {
    const { head, body } = answerTo(get);
    body[body.length >> 1] = (body[body.length >> 1] as number) ^ 1;
    carrier.send([encodeResponseHead(head), body]);
  },
  "other-chunk": (carrier, get) => {
    const { head, body } = answerTo(get);
    const other = answerTo({ ...get, chunk: (get.chunk + 1) % chunks }).body;
    carrier.send([encodeResponseHead(head), Buffer.concat([other, body]).subarray(0, body.length)]);
  },
  silent: () => {},
  "mid-chunk": (carrier, get) => {
    const { head, body } = answerTo(get);
    carrier.send([encodeResponseHead(head), body.subarray(0, body.length >> 1)]);
  },
  "claims-all": (carrier, { request }) => {
    const nothing = { proof: new Uint8Array(0), bodyBytes: 0 };
    carrier.send([encodeResponseHead({ type: "response", request, status: "not-held", ...nothing })]);
  },
  // A frame of 2 GiB, as its head says, and then what comes to hand.
  "beyond-caps": (carrier) => carrier.send([Buffer.from([0x7f, 0xff, 0xff, 0xff, 3]), content.subarray(0, 65_536)]),
  "more-than-asked": (carrier, get) => {
    const { head, body } = answerTo(get);
    const longer = Buffer.concat([body, body.subarray(0, LEAF_BYTES)]);
    carrier.send([encodeResponseHead({ ...head, bodyBytes: longer.length }), longer]);
  },
  unasked: (carrier, get) => {
    const { head, body } = answerTo(get);
    carrier.send([encodeResponseHead({ ...head, request: get.request + 1000 }), body]);
  },
};

const lying = LIES[lie];
if (lying === undefined) throw new Error(`liar.ts: no such lie; there are ${Object.keys(LIES).join(", ")}`);

function take(carrier: Carrier, message: FetchMessage): void {
  if (message.type === "hello")
    for (const { number } of message.videos) {
      const bitmap = new Uint8Array(Math.ceil(chunks / 8)).fill(255);
      if (chunks % 8 > 0) bitmap[bitmap.length - 1] = (1 << (chunks % 8)) - 1;
      carrier.send([encodeFetch({ type: "chunk-info", number, bytes: content.length, firstChunk: 0, bitmap })]);
    }
  else if (message.type === "get-manifest") {
    const { request } = message;
    const head = { request, status: "ok", proof: new Uint8Array(0), bodyBytes: manifest.length } as const;
    carrier.send([encodeResponseHead({ type: "response", ...head }), manifest]);
  } else if (message.type === "get") {
    process.stdout.write(`get ${message.chunk} ${message.firstLeaf} ${message.leaves}\n`);
    lying?.(carrier, message);
  }
}

const node = await createLibp2p({
  addresses: { listen: ["/ip4/127.0.0.1/tcp/0"] },
  transports: [tcp()],
  connectionEncrypters: [tls()],
  streamMuxers: [yamux()],
  services: { identify: identify({ protocolPrefix: "cardume" }), ping: ping({ protocolPrefix: "cardume" }) },
});
await node.handle("/cardume/fetch/1", (stream, connection) => {
  const carrier = carrierOverLibp2p(stream, connection.remotePeer.toString());
  const frame = (type: number, payload: Uint8Array): undefined => {
    const message = decodeFetch(type, payload);
    if (message !== undefined && message.type !== "frame-error") take(carrier, message);
  };
  const reader = new FrameReader({ frame }, 65_536);
  carrier.start({ bytes: (view) => void reader.read(view), ended: () => {} });
});
process.stdout.write(`${String(node.getMultiaddrs()[0])}\n`);
