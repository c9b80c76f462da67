/**
 * Every bound that a peer, a client or a file can push against, with its reason. Nothing else in the source
 * states a cap, and docs/LIMITS.md is checked against this file by a test.
 */

/** The original network's bounds. Times in ms, sizes in bytes, TTLs in hops. */
export const ORIGINAL = {
  /** The assignment's hop limit: enough for 10 to 20 peers, and the Query names its victim. */
  maxTtlHops: 3,
  /** Other people's receive buffers are often 1024 bytes. */
  maxMessageBytes: 1024,
  /** 4 + 2 × 500 and 12 + 2 × 500 both fit 1024 bytes, with room for the tails that some programs add. */
  maxIdsPerMessage: 500,
  /** The largest chunk taken from or put on the wire: a datagram carries 65,507 bytes. */
  maxChunkBytes: 65_000,
  /** Chunk ids are 16 bits on the wire. */
  maxChunkId: 65_535,
  /** A question is forgotten this long after it was first seen: a Hello sent again after 1 s is a new search. */
  questionMemoryMs: 700,
  /** 0.7 s of 2,000 questions a second and a burst of 2,048 is 3,448: nothing is forgotten early. */
  maxQuestionsRemembered: 4096,
  /** 65,536 ids are 132 questions at once; a client may ask for them all, nearly twice over. */
  questionBurstPerClient: 256,
  /** Generous, because source addresses are forgeable and nobody is banned for them. */
  questionsPerSecondPerClient: 200,
  /** What makes the peer a poor amplifier when the named addresses change all the time. */
  questionBurstInAll: 2048,
  /** Ten busy clients. */
  questionsPerSecondInAll: 2000,
  /** Rate-limit records kept, the least recently seen dropped first; the limit in all holds when they turn over. */
  maxClientsMetered: 4096,
  /** Ids waiting to be answered to one client: eight full Gets. More are dropped, and asked for again. */
  maxQueuedPerClient: 4096,
  /** Ids waiting in all: 16 clients with full queues, about 1 MB. */
  maxQueuedInAll: 65_536,
  /** Clients with a queue at one time. */
  maxClientsServed: 1024,
  /** The first Responses of a Get leave at once: a default 208 KiB receive buffer holds some 90 of 1 KiB. */
  responseBurst: 64,
  /** What the Gets of a client that waits may add up to. Small Gets are not paced: their sender paces itself. */
  maxResponseCredit: 256,
  /** The rest of a large Get leaves at this pace: 16 MB/s with chunks of 1 KiB, which slow readers keep up with. */
  responsesPerMs: 16,
  /** The grain of that pace. */
  responsePaceMs: 1,
  /** Holders that a client keeps; a larger original network has no business within three hops. */
  maxHolders: 1024,
  /** Holders' time-outs served at one wake, so that a crowd of silent ones (sources are forgeable) takes turns. */
  maxTimeoutsPerWake: 16,
  /** A Hello is sent again after this long while an id in it has no holder. */
  helloIntervalMs: 1000,
  /** Hellos sent for one list of ids. */
  maxHellos: 5,
  /** The search ends this long after the first Hello. */
  searchMs: 5000,
  /** One Get and at most 5 repeats a chunk, over all holders. */
  maxRequestsPerChunk: 6,
  /** The time-out before a holder's round trip is known. */
  firstTimeoutMs: 1000,
  /** Below this, the pauses of a busy machine look like loss. */
  minTimeoutMs: 30,
  /** A holder that stayed silent once is given this much at least: a quick first repeat, then patience. */
  minRepeatTimeoutMs: 500,
  /** The back-off's end: a silent only holder is waited for some 11 s in all. */
  maxTimeoutMs: 2000,
  /** Silent for so many time-outs, a holder is given up when another is known. */
  silentTimeoutsToGiveUp: 2,
  /** A holder's first window, in chunks: so small that the first to answer does not get everything. */
  firstWindow: 4,
  /** Chunks in flight at one holder: 100 Mbit/s over 80 ms with chunks of 1 KiB. */
  maxWindow: 1024,
  /** A Get is lost when the Responses to so many later ones overtook it. */
  overtakenBy: 8,
  /** Ids in one Get of ours: a lost Get costs that many chunks a repeat. */
  idsPerGet: 32,
} as const;

/** What a file on this machine may hold. */
export const FILES = {
  /** 65,536 lines of 256 bytes: a larger key-values file is not one. */
  maxKeyValuesBytes: 16_777_216,
  /** PATH_MAX on Linux. */
  maxPathChars: 4096,
  /** Ids named in one list on the command line, repeats included: every one of them four times. */
  maxIdsNamed: 262_144,
} as const;

/** What the shells around the original network's cores hold. */
export const SHELLS = {
  /** Joined chunks waiting in memory for a sink; beyond it nothing further ahead is asked for. A client stays below 150 MB. */
  maxSinkWaitingBytes: 8_388_608,
  /** Joined chunks are written in blocks of this size: large enough to be cheap, small enough for a player. */
  joinBlockBytes: 262_144,
  /** Chunk files written at one time: more only makes the disk seek. */
  maxChunkWrites: 16,
  /** A chunk of 1 KiB is too small for a disk read of its own: peers read blocks. */
  readBlockBytes: 1_048_576,
  /** A peer's block cache: 32 blocks. */
  maxCachedBytes: 33_554_432,
  /** A cached block is read again after this long, so that a file that changed is noticed. */
  blockFreshMs: 1000,
  /** Disk reads under way at one peer: a slow disk does not fill the memory with promises. */
  maxReads: 32,
  /** Responses to one client that wait for the disk: more than its credit lets out at once. */
  maxWaitingResponses: 1024,
  /** Clients for whom Responses wait for the disk: as many as a peer serves at one time. Sources are forgeable. */
  maxWaitingClients: 1024,
  /** After Ctrl-C, what came is given this long to reach a reader that may have stopped reading. */
  abortGraceMs: 1000,
  /** Asked of the kernel for both directions; it gives what its own limit allows. */
  socketBufferBytes: 4_194_304,
  /** Bytes waiting in the process because the kernel's send buffer is full; beyond it senders pause. */
  maxSendQueueBytes: 1_048_576,
} as const;

/** A video named by its content. */
export const VIDEO = {
  /** More chunks would make manifests and have-maps too large: 16,384 roots are 512 KiB. */
  maxChunks: 16_384,
  /** 16 TiB: beyond it a chunk would be larger than 1 GiB. */
  maxBytes: 17_592_186_044_416,
  /** 16,384 roots are 512 KiB, eight claim sets 448 KiB. */
  maxManifestBytes: 1_048_576,
  /** Claim sets kept for one video, one a publisher. */
  maxClaimSets: 8,
  /** One claim set: 32 tracks and 32 subtitle files whose names are as long as they may be, in 4-byte characters. */
  maxClaimsBytes: 57_344,
  /** Tracks that a claim set may name. */
  maxTracks: 32,
  /** Subtitle files that a claim set may name. */
  maxSubtitleFiles: 32,
  /** Lists and maps inside one another: a manifest needs four. */
  maxCborDepth: 8,
  /** Values in one manifest, chunk roots (one byte string) apart: tracks, subtitles and claims are few. */
  maxCborValues: 4096,
  /** Characters of a title or file name: what file systems take. */
  maxLabelChars: 255,
  /** Characters of a codec, a language or a track's name. */
  maxShortLabelChars: 64,
  /** Characters of a subtitle file's name. */
  maxSubtitleNameChars: 128,
  /** Peer addresses in a link. */
  maxLinkPeers: 8,
  /** Characters of a link: eight addresses of 256, escaped, and a name of 255. */
  maxLinkChars: 16_384,
} as const;

/** What the library on disk holds, and takes. */
export const STORE = {
  /** Read at once: a chunk of the smallest size, the largest request there is. */
  maxReadBytes: 1_048_576,
  /** Leaf hashes of some 4,000 chunks, over all open videos: those of 4 GiB. */
  maxCachedLeafHashBytes: 8_388_608,
  /** Chunks made sure of with one fsync: beyond it the first would wait for too many others. */
  maxChunksPerSync: 64,
  /** Hashed in one job: long enough to keep threads busy, short enough for progress and for a player's read between two. */
  hashJobBytes: 8_388_608,
  /** Files looked at or added side by side: their fsyncs wait for the disk together. */
  maxFilesAtOnce: 4,
  /** Files looked at side by side where there are thousands. */
  maxLooksAtOnce: 64,
  /** Kept free for the catalogue and for others on the disk: nothing is accepted that would leave less. */
  minFreeBytes: 16_777_216,
  /** A `source` file is a path and four numbers. */
  maxSourceFileBytes: 65_536,
  /** More than any PEM of an Ed25519 key. */
  maxKeyFileBytes: 4096,
  /** Folders inside folders that are being added: a tree of films has a handful. */
  maxFolderDepth: 64,
  /** Bytes of the name of an exported file: file systems take 255, and another suffix has to fit. */
  maxExportNameBytes: 200,
  /** Characters of a claimed name that are looked at for it. */
  maxExportNameChars: 4096,
  /** Threads beyond this wait for the disk and for memory rather than for a core. */
  maxHashThreads: 4,
  /** Threads that may die one after the other without having answered: then none are started any more. */
  maxHashThreadDeaths: 3,
  /** Writes between checkpoints: a few MB of log, and a reader of the log after a crash takes milliseconds. */
  writesPerCheckpoint: 512,
  /** Query words beyond these narrow nothing down any further, and FTS5 refuses expressions of hundreds. */
  maxSearchWords: 32,
  /** Characters of a query that are looked at: as many as four titles have. */
  maxSearchChars: 1024,
  /** A note is some 100 bytes; of a longer one nothing is believed. */
  maxHolderNoteBytes: 1024,
  /** Characters of what a holder says it does. */
  maxHolderChars: 60,
  /** Candidates shown for an ambiguous VIDEO. */
  maxCandidates: 10,
} as const;

/** What reading a stranger's media file may cost. */
export const MEDIA = {
  /** Ordinary files take some ms; after this long the reading process is ended, and the file has no facts. */
  maxFileMs: 10_000,
  /** A duration that has to be searched for (no index, a slow disk) is given up after this long; the other facts stay. */
  maxSearchMs: 5000,
  /** Bytes read of one file: an index is some MiB; only a Matroska file without one is searched to its end. */
  maxFileReadBytes: 268_435_456,
  /** Bytes read at one time: the index of a film of four hours at 60 frames a second is 20 MiB. */
  maxOneReadBytes: 67_108_864,
  /** The beginning of a Matroska file, where its title and its subtitle tracks are. */
  maxHeadBytes: 131_072,
  /** Heap of the reading thread: where mediabunny has to list all pictures, two hours at 60 a second take 90 MiB. */
  maxHeapMiB: 128,
  /** Bytes of a file that mediabunny keeps. */
  maxMediaCacheBytes: 4_194_304,
  /** Boxes looked at for the movie's header; a file has a handful on that level. */
  maxBoxes: 64,
  /** The reading process ends when it had nothing to do for this long: it is 115 MB, and 0.4 s to start. */
  mediaIdleMs: 5000,
} as const;

/** The Cardume network: what a peer may put on a stream. */
export const NETWORK = {
  /** One frame of a find stream: 16 videos with titles as long as they may be, and a peer record. */
  maxFindFrameBytes: 24_576,
  /** One frame of a fetch stream, Responses apart: a bitmap of 16,384 chunks is 2 KiB. */
  maxFetchFrameBytes: 4096,
  /** The bytes of one Response: no request is larger, chunks that are go as slices. */
  maxResponseBytes: 1_048_576,
  /** Sibling hashes with one slice: a chunk of 1 GiB has 16 layers above its leaves. */
  maxProofHashes: 16,
  /** Words of a Query in UTF-8: four titles' worth of what people type. */
  maxQueryWordsBytes: 256,
  /** A signed peer record with a dozen addresses is some 700 bytes. */
  maxPeerRecordBytes: 2048,
  /** Videos named in one answer: a page of a list. */
  maxVideosPerAnswer: 16,
  /** Peers named in one frame. */
  maxPeersPerFrame: 8,
  /** Videos that one Hello opens. */
  maxVideosPerHello: 16,
} as const;
