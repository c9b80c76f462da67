import { VIDEO } from "../limits.ts";
import { type CborMap, type CborValue, decodeCbor, encodeCbor, isCborError } from "./cbor.ts";
import { labelOf } from "./label.ts";
import { HASH_BYTES, sameHash } from "./merkle.ts";

/** One track of a video, as its publisher describes it. */
export interface Track {
  readonly kind: "video" | "audio" | "subtitle" | "other";
  /** A codec string such as `avc1.640028`, empty when unknown. */
  readonly codec: string;
  /** BCP 47, empty when unknown. */
  readonly language: string;
  readonly name: string;
  /** Of a picture, in pixels; 0 for none. */
  readonly width: number;
  readonly height: number;
}

/** A subtitle file that belongs to a video. It is a video in the store's sense: named by its content. */
export interface SubtitleFile {
  readonly id: Uint8Array;
  readonly bytes: number;
  readonly name: string;
  /** BCP 47, empty when unknown. */
  readonly language: string;
}

/** What a publisher says of a video. The id proves nothing of it: it is shown as said, and by whom. */
export interface Claims {
  /** The id of the video that it is said of. */
  readonly video: Uint8Array;
  /** The publisher's Ed25519 public key. */
  readonly publisher: Uint8Array;
  /** Later claims of the same publisher have a higher number: its clock, in ms since 1970. */
  readonly madeAtMs: number;
  readonly title: string;
  readonly fileName: string;
  /** From the container, such as `video/mp4`; empty when unknown. */
  readonly mediaType: string;
  /** 0 when unknown. */
  readonly durationMs: number;
  readonly tracks: readonly Track[];
  readonly subtitles: readonly SubtitleFile[];
}

/** Claims as they were signed: exactly these bytes. */
export interface SignedClaims {
  readonly claims: Claims;
  /** The encoding that was signed. */
  readonly encoded: Uint8Array;
  /** Ed25519 over {@link signedMessage}, 64 bytes. */
  readonly signature: Uint8Array;
}

const KINDS: readonly Track["kind"][] = ["video", "audio", "subtitle", "other"];
/** Bytes of an Ed25519 signature. */
export const SIGNATURE_BYTES = 64;
// So that no signature made for something else can be passed off as one of claims, or the other way round.
const DOMAIN = Uint8Array.from("cardume claims 1\n", (character) => character.charCodeAt(0));

/** What is signed for claims with this encoding. */
export function signedMessage(encoded: Uint8Array): Uint8Array {
  const message = new Uint8Array(DOMAIN.length + encoded.length);
  message.set(DOMAIN);
  message.set(encoded, DOMAIN.length);
  return message;
}

/**
 * Claims in deterministic CBOR: a map of `d` duration, `f` file name, `i` video id, `k` tracks, `m` media type,
 * `p` publisher, `t` title, `u` subtitle files, `w` when made. Texts are made labels, and lists cut to their caps.
 */
export function encodeClaims(claims: Claims): Uint8Array {
  const tracks = claims.tracks.slice(0, VIDEO.maxTracks).map(encodeTrack);
  const subtitles = claims.subtitles.slice(0, VIDEO.maxSubtitleFiles).map(encodeSubtitle);
  return encodeCbor(
    new Map<string, CborValue>([
      ["d", claims.durationMs],
      ["f", labelOf(claims.fileName)],
      ["i", claims.video],
      ["k", tracks],
      ["m", labelOf(claims.mediaType)],
      ["p", claims.publisher],
      ["t", labelOf(claims.title)],
      ["u", subtitles],
      ["w", claims.madeAtMs],
    ]),
  );
}

const shortLabel = (text: string): string => labelOf(text, VIDEO.maxShortLabelChars);

const encodeTrack = ({ kind, codec, language, name, width, height }: Track): CborMap =>
  new Map<string, CborValue>([
    ["c", shortLabel(codec)],
    ["h", height],
    ["k", KINDS.indexOf(kind)],
    ["l", shortLabel(language)],
    ["n", shortLabel(name)],
    ["w", width],
  ]);

const encodeSubtitle = ({ id, bytes, name, language }: SubtitleFile): CborMap =>
  new Map<string, CborValue>([
    ["b", bytes],
    ["i", id],
    ["l", shortLabel(language)],
    ["n", labelOf(name, VIDEO.maxSubtitleNameChars)],
  ]);

/** Claims from their encoding; `undefined` for anything that {@link encodeClaims} would not have written. */
export function decodeClaims(encoded: Uint8Array): Claims | undefined {
  if (encoded.length > VIDEO.maxClaimsBytes) return undefined;
  const map = decodeCbor(encoded);
  if (isCborError(map) || !(map instanceof Map) || map.size !== 9) return undefined;
  const fields = new Fields(map as CborMap);
  const claims: Claims = {
    durationMs: fields.number("d"),
    fileName: fields.label("f"),
    video: fields.hash("i"),
    tracks: fields.list("k", VIDEO.maxTracks, decodeTrack),
    mediaType: fields.label("m"),
    publisher: fields.hash("p"),
    title: fields.label("t"),
    subtitles: fields.list("u", VIDEO.maxSubtitleFiles, decodeSubtitle),
    madeAtMs: fields.number("w"),
  };
  return fields.areGood ? claims : undefined;
}

function decodeTrack(fields: Fields): Track {
  fields.expect(6);
  return {
    codec: fields.label("c", VIDEO.maxShortLabelChars),
    height: fields.number("h"),
    kind: KINDS[fields.number("k")] ?? fields.bad("other"),
    language: fields.label("l", VIDEO.maxShortLabelChars),
    name: fields.label("n", VIDEO.maxShortLabelChars),
    width: fields.number("w"),
  };
}

function decodeSubtitle(fields: Fields): SubtitleFile {
  fields.expect(4);
  return {
    bytes: fields.number("b"),
    id: fields.hash("i"),
    language: fields.label("l", VIDEO.maxShortLabelChars),
    name: fields.label("n", VIDEO.maxSubtitleNameChars),
  };
}

/** Reads a map's fields by their kinds, and remembers whether one was not what it has to be. */
class Fields {
  areGood = true;
  readonly #map: CborMap;

  constructor(map: CborMap) {
    this.#map = map;
  }

  bad<Value>(instead: Value): Value {
    this.areGood = false;
    return instead;
  }

  expect(size: number): void {
    if (this.#map.size !== size) this.areGood = false;
  }

  number(key: string): number {
    const value = this.#map.get(key);
    return typeof value === "number" ? value : this.bad(0);
  }

  /** A text that is a label already: others are not what we would have written. */
  label(key: string, maxChars: number = VIDEO.maxLabelChars): string {
    const value = this.#map.get(key);
    return typeof value === "string" && labelOf(value, maxChars) === value ? value : this.bad("");
  }

  hash(key: string): Uint8Array {
    const value = this.#map.get(key);
    return value instanceof Uint8Array && value.length === HASH_BYTES ? value : this.bad(new Uint8Array(HASH_BYTES));
  }

  list<Item>(key: string, most: number, read: (fields: Fields) => Item): Item[] {
    const value = this.#map.get(key);
    if (!Array.isArray(value) || value.length > most) return this.bad([]);
    return (value as readonly CborValue[]).map((item) => {
      const fields = new Fields(item instanceof Map ? (item as CborMap) : new Map());
      const result = read(fields);
      this.areGood &&= fields.areGood;
      return result;
    });
  }
}

/** Checks an Ed25519 signature, handed in so that this room stays free of any platform. */
export type VerifySignature = (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean;

/** Claims whose publisher has signed them, about this video; `undefined` for any others. */
export function openClaims(
  encoded: Uint8Array,
  signature: Uint8Array,
  video: Uint8Array,
  verify: VerifySignature,
): SignedClaims | undefined {
  const claims = decodeClaims(encoded);
  if (claims === undefined || signature.length !== SIGNATURE_BYTES || !sameHash(claims.video, video)) return undefined;
  return verify(claims.publisher, signedMessage(encoded), signature) ? { claims, encoded, signature } : undefined;
}

/**
 * The claims worth keeping: the latest of each publisher, at most eight, the preferred publisher's first and then
 * those known longest, so that a crowd of new publishers cannot push anybody out.
 */
export function keepClaims(
  known: readonly SignedClaims[],
  added: SignedClaims,
  preferred: Uint8Array | undefined,
): SignedClaims[] {
  const isSame = (one: SignedClaims): boolean => sameHash(one.claims.publisher, added.claims.publisher);
  const before = known.find(isSame);
  const all =
    before === undefined
      ? [...known, added]
      : known.map((one) => (isSame(one) && one.claims.madeAtMs < added.claims.madeAtMs ? added : one));
  const isPreferred = (one: SignedClaims): boolean =>
    preferred !== undefined && sameHash(one.claims.publisher, preferred);
  return [...all.filter(isPreferred), ...all.filter((one) => !isPreferred(one))].slice(0, VIDEO.maxClaimSets);
}
