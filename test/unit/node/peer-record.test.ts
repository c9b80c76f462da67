import { generateKeyPairSync } from "node:crypto";
import { peerIdFromPublicKey } from "@libp2p/peer-id";
import { PeerRecord, RecordEnvelope } from "@libp2p/peer-record";
import { multiaddr } from "@multiformats/multiaddr";
import { describe, expect, test } from "vitest";
import { NETWORK } from "../../../src/core/limits.ts";
import { engineKey } from "../../../src/node/engine-key.ts";
import { OwnRecord, openRecord } from "../../../src/node/peer-record.ts";

const newKey = (): ReturnType<typeof engineKey> => engineKey(generateKeyPairSync("ed25519").privateKey);
const KEY = newKey();
const PEER = peerIdFromPublicKey(KEY.publicKey).toString();
const HERE = "/ip4/127.0.0.1/tcp/4001";

/** A record as somebody else's program may make it: about one peer, signed by another. */
const sealed = async (addresses: readonly string[], signer = KEY): Promise<Uint8Array> => {
  const record = new PeerRecord({
    peerId: peerIdFromPublicKey(KEY.publicKey),
    multiaddrs: addresses.map((address) => multiaddr(address)),
  });
  return (await RecordEnvelope.seal(record, signer)).marshal();
};

describe("a signed peer record", () => {
  test("says who signed it and where that is, without the peer id at the end", async () => {
    const bytes = await new OwnRecord(KEY, () => [`${HERE}/p2p/${PEER}`]).bytes();
    expect(await openRecord(bytes, "loopback")).toMatchObject({ peer: PEER, addresses: [HERE] });
  });

  test("is sealed again, and newer, when the addresses have changed, and only then", async () => {
    let addresses = [HERE];
    const own = new OwnRecord(KEY, () => addresses);
    const first = await own.bytes();
    expect(await own.bytes()).toBe(first);
    addresses = ["/ip4/127.0.0.1/tcp/4002"];
    const [before, after] = [await openRecord(first, "person"), await openRecord(await own.bytes(), "person")];
    expect(after?.addresses).toEqual(addresses);
    expect(after?.sequence).toBeGreaterThan(before?.sequence ?? 0n);
  });

  test("stays below the cap with as many addresses as a node may have", async () => {
    const many = Array.from({ length: 100 }, (_, at) => `/dns/${"x".repeat(60)}.example/tcp/${at + 1}`);
    expect((await new OwnRecord(KEY, () => many).bytes()).length).toBeLessThanOrEqual(NETWORK.maxPeerRecordBytes);
  });

  test("that somebody else signed is none", async () => {
    expect(await openRecord(await sealed([HERE], newKey()), "person")).toBeUndefined();
  });

  test("in which any byte was changed is none, or says the very same", async () => {
    const bytes = await sealed([HERE]);
    const said = await openRecord(bytes, "person");
    for (let at = 0; at < bytes.length; at++) {
      const changed = Uint8Array.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      // A field's tag may have two spellings.
      expect([undefined, said], `byte ${at}`).toContainEqual(await openRecord(changed, "person"));
    }
  });

  test("that is cut short, too long, or rubbish is none, and nothing is thrown", async () => {
    const bytes = await sealed([HERE]);
    for (let length = 0; length < bytes.length; length++)
      expect(await openRecord(bytes.subarray(0, length), "person"), `${length} bytes`).toBeUndefined();
    expect(await openRecord(new Uint8Array(NETWORK.maxPeerRecordBytes + 1), "person")).toBeUndefined();
    const long = await sealed(Array.from({ length: 200 }, (_, at) => `/ip4/8.8.8.8/tcp/${at + 1}`));
    expect(long.length).toBeGreaterThan(NETWORK.maxPeerRecordBytes);
    expect(await openRecord(long, "person")).toBeUndefined();
  });

  test("keeps only addresses that may be dialled on the word of who brought it", async () => {
    const all = [HERE, "/ip4/192.168.1.5/tcp/1", "/ip4/8.8.8.8/tcp/1", "/ip4/0.0.0.0/tcp/1", "/ip4/224.0.0.1/tcp/1"];
    const bytes = await sealed([...all, "/ip4/8.8.8.8/udp/1", "/dns/some.host/tcp/1"]);
    expect((await openRecord(bytes, "public"))?.addresses).toEqual(["/ip4/8.8.8.8/tcp/1"]);
    expect((await openRecord(bytes, "private"))?.addresses).toEqual(["/ip4/192.168.1.5/tcp/1", "/ip4/8.8.8.8/tcp/1"]);
    expect((await openRecord(bytes, "loopback"))?.addresses).toEqual(all.slice(0, 3));
    expect((await openRecord(bytes, "person"))?.addresses).toEqual([...all.slice(0, 3), "/dns/some.host/tcp/1"]);
  });

  test("has no more addresses than one peer may have", async () => {
    const bytes = await sealed(Array.from({ length: 60 }, (_, at) => `/ip4/8.8.8.8/tcp/${at + 1}`));
    expect((await openRecord(bytes, "person"))?.addresses).toHaveLength(NETWORK.maxAddressesPerPeer);
  });
});
