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
  /** A configuration file has a dozen short lines. */
  maxConfigBytes: 65_536,
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
  /** While chunks keep coming, the next sync waits this long for more of them: each costs the disk a journal write. */
  syncGatherMs: 250,
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
  /** Of an index, read before it is asked for: that of a film of two hours. A larger one comes when it is. */
  maxIndexAheadBytes: 4_194_304,
  /** Of what is behind it: half of a first group of pictures at 4 Mbit/s. With it, and what is fetched ahead of it, 2 MiB at most. */
  firstPicturesBytes: 524_288,
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
  /** Videos that one client has open on one stream: what a household fetches at one time, with room. */
  maxOpenVideosPerClient: 64,
  /** Videos whose files a holder has open for clients, those that were read last: two descriptors each. */
  maxOpenVideosServed: 256,
  /** Small frames at once on a fetch stream: 256 Gets are all that a client may queue. */
  fetchFrameBurst: 1024,
  /** Small frames a second after that: ChunkInfos come at most every 100 ms a video, Gets as Responses leave. */
  fetchFramesPerSecond: 4096,
  /** Orders taken back whose answers are still to come: more mean that the holder answers none. */
  maxCancelled: 4096,
  /** Bytes that have come and wait to be checked and written: a disk that stands still for a moment is bridged. */
  maxUnwrittenBytes: 8_388_608,
  /** The same for each fetch that begins while others run: a gigabit over 100 ms still fits. */
  moreFetchMemoryBytes: 16_777_216,
  /** Searches of this node under way at one time; others wait in line. */
  maxOwnSearches: 12,
  /** Subtitle files that come along with a video are waited for so long. */
  subtitlesMs: 10_000,
  /** Larger ones do not come along: a film's have some 100 kB. */
  maxSubtitleBytes: 16_777_216,
  /** Slots for bodies that are kept to be used again: as many as one fetch may fill. */
  maxFreeSlots: 32,
  /** Chunks that came are told together: soon enough for a fetch along a line of peers, ten frames a second at most. */
  holdingsGatherMs: 100,
  /** Peers that one fetch dials on the word of answers to its questions: forged ones cost no more than these. */
  maxDialsPerSearch: 16,
  /** Holders of one video that are remembered. */
  maxHoldersCached: 16,
  /** Videos whose holders are remembered. */
  maxVideosCached: 1024,
  /** Holders that one fetch has at one time. */
  maxHoldersPerFetch: 64,
  /** A fetch stream that no fetch uses is kept this long for the next one. */
  idleFetchStreamMs: 30_000,
  /** Neighbours to which a stream is kept open where somebody may want to watch: enough for a video's first pictures. */
  maxStandbyStreams: 4,
  /** Slices that a client may ask for before its video is open here: the last leaf, and the beginning for who waits to see it. */
  maxEarlyGets: 4,
  /** A holder tells what it has of a video, and sends its manifest, within this time. */
  openVideoMs: 15_000,
  /** A holder that has not proven the video within this time is not waited for: the next is asked beside it. */
  openNextMs: 500,
  /** When nothing came from any holder for so long, though something was asked for, their streams are opened anew. */
  silentFetchMs: 10_000,
  /** A fetch in which nothing comes though somebody has what is missing: a holder may be very busy. */
  fetchStallMs: 60_000,
  /** A fetch that nobody can go on with looks for new holders this long before it ends. */
  fetchPatienceMs: 15_000,
  /** A node that has just started waits this long for its first neighbour before it says that there is nobody to ask. */
  firstNeighbourMs: 3000,
  /** Agreeing on a direct carrier and opening it: three round trips, and a busy machine. */
  directMs: 5000,
  /** Fetch streams that one connection may open here: one is used, another replaces it while it goes. */
  maxFetchStreamsPerConnection: 4,
  /** Causes that are counted apart. */
  maxCounters: 256,
  /** The first wait between two searches of one fetch; each further one is twice as long. */
  searchAgainMs: 2000,
  /** The longest of them. */
  maxSearchAgainMs: 60_000,
  /** Addresses of one peer that are looked at: a machine with two networks, IPv6 and a relay has ten. */
  maxAddressesPerPeer: 16,
  /** Bytes waiting for a neighbour that reads slowly; beyond it the oldest answers are dropped. */
  maxFindQueueBytes: 131_072,
  /** A neighbour that has taken nothing for this long, while something waited for it, is let go. */
  findStallMs: 30_000,
  /** A find stream whose other side says no Hello within this time is ended. */
  findHelloMs: 10_000,
  /** A second stream that comes later than this after the first means that the peer has lost the first. */
  findRaceMs: 5000,
  /** Find streams of one connection: one that is used, one that lost the race, one to replace a lost one. */
  maxFindStreamsPerConnection: 3,
  /** Questions that wait for the library; more are answered with nothing. */
  maxLookUps: 64,
  /** Questions before the catalogue at one time: it has one thread. */
  maxLookUpsAtOnce: 4,
  /** Answers to one own search whose signatures wait to be checked, some 0.1 ms each. */
  maxAnswersUnchecked: 256,
  /** Connections of one address outside this machine: a household behind a router, some twice. */
  maxConnectionsPerHost: 16,
  /** Connections a second of one address, this machine's own other nodes included. */
  maxConnectionsPerSecondPerHost: 32,
  /** Incoming connections that have not proven who they are; each may take `handshakeMs`. */
  maxUnprovenConnections: 32,
  /** Dialling one peer, at all of its addresses, until its find stream is open. */
  dialMs: 10_000,
  /** TCP, TLS and the choice of protocols on one address. */
  handshakeMs: 5000,
  /** A connection that nothing uses is closed after this long. */
  idleConnectionMs: 60_000,
  /** Whoever sent malformed frames is refused for this long: a broken program may be mended meanwhile. */
  malformedMemoryMs: 600_000,
  /** Whoever lied (wrong bytes) is refused for this long, also after a restart: 30 days. */
  liarMemoryMs: 2_592_000_000,
  /** Liars remembered, the oldest forgotten first: peer ids are free. */
  maxLiarsRemembered: 1024,
  /** Peers kept for the next start. */
  maxPeersInBook: 512,
  /** The file of known peers: 512 of some 2 KiB; of a longer one nothing is read. */
  maxPeerBookBytes: 4_194_304,
  /** Videos told to the hash table: each costs a look-up and some 20 messages. */
  maxVideosAnnounced: 4096,
  /** Look-ups under way while videos are announced. */
  maxAnnouncementsAtOnce: 4,
  /** Providers of one video taken from the hash table. */
  maxProviders: 64,
  /** Streams of one connection: fetches, a find stream, and those of libp2p itself. */
  maxStreamsPerConnection: 64,
  /** What one stream may have on its way: 500 Mbit/s over 64 ms. It is asked for only where the reader is that fast. */
  maxStreamWindowBytes: 4_194_304,
  /** Peers that this node, if reachable itself, helps to be reached. */
  maxRelayReservations: 16,
  /** Bytes relayed each way for one connection: some questions, and what it takes to connect without the relay. */
  maxRelayedBytes: 1_048_576,
  /** A relayed connection is ended after this long. */
  maxRelayedMs: 120_000,
  /** A datagram on the local network, as Ethernet carries it. */
  maxLanDatagramBytes: 1500,
  /** Addresses in one answer there, as texts: a dozen, and the datagram is not cut. */
  maxLanTextBytes: 1200,
  /** Datagrams on the local network that are read; a hundred nodes that start together are fewer. */
  maxLanDatagramsPerSecond: 256,
  /** Networks that are asked: machines with many containers have dozens of interfaces. */
  maxLanLinks: 16,
  /** Records of others kept for the hash table, the oldest dropped first: about 6 MB, and a look-up is 1 ms. */
  maxTableRecords: 16_384,
  /** Peers of whom libp2p keeps addresses and protocols, some 2 KB each, the oldest dropped first. */
  maxPeersStored: 4096,
  /** A carrier that is closing, and from which nothing has left for so long, is ended. */
  closingCarrierMs: 10_000,
  /** Sockets of the direct carrier that have not shown a token: each is a TLS handshake, some 100 kB. */
  maxUnprovenSockets: 64,
  /** The same from one address: a household behind one router has a handful of clients. */
  maxUnprovenSocketsPerAddress: 16,
  /** A socket shows its token within this time: two round trips and a busy machine take a tenth of it. */
  unprovenSocketMs: 3000,
  /** A token is meant for a dial that begins at once. */
  directOfferMs: 10_000,
  /** Tokens that are out at one time; a further client stays on its libp2p stream. */
  maxDirectOffers: 256,
  /** Direct carriers and tokens of one peer: one is used, and others replace it while it goes. */
  maxDirectPerPeer: 4,
  /** Bytes ordered and not yet left for one peer: three whole Responses, one read while another is sent; its urgent Gets wait behind them. */
  maxOrderedBytesPerPeer: 4_194_304,
  /** The same for all: a holder stays far below 200 MB, however many clients are slow. */
  maxOrderedBytes: 33_554_432,
  /** What of it is kept for peers for whom nothing is ordered, so that those who do not read do not take all. */
  reservedOrderedBytes: 8_388_608,
  /** Gets that wait on one stream; a client needs a bandwidth-delay product, 256 MiB are more than any. */
  maxQueuedGetsPerClient: 256,
  /** Gets that wait in all, some 2 MB; beyond it a client may still have one. */
  maxQueuedGets: 16_384,
  /** Gets refused to one client since it was last answered: it does not listen to refusals. */
  maxRefusalsInARow: 1024,
  /** Streams that are served at one time. */
  maxServedClients: 1024,
  /** A client that has taken nothing ordered for so long does not read: 1 MiB in it is 17 kB/s. */
  stuckClientMs: 60_000,
  /** The same while others wait because the bytes for all are ordered: 52 kB/s. */
  stuckClientWhenFullMs: 20_000,
  /** What an upload limit lets out at once after a pause, and no less than one Response: wakes that come late lose nothing. */
  uploadBurstMs: 100,
  /** Hops of a Query: with neighbours of 4 it reaches thousands of peers; a larger TTL is read as this. */
  maxHops: 8,
  /** Hops of a search's first ring: the neighbours. */
  firstRingHops: 1,
  /** Neighbours with whom questions are exchanged at one time. */
  maxNeighbours: 64,
  /** A question is forgotten this long after it was first heard: longer than a search lasts. */
  queryMemoryMs: 30_000,
  /** 30 s of 384 a second and all bursts are 13,568: nothing is forgotten early. Some 1 KB each. */
  maxQueriesRemembered: 14_000,
  /** Questions under one query id: two are a forgery already, and a few forgeries must not hide the true one. */
  maxQuestionsPerQuery: 8,
  /** Passed on for each neighbour whatever the others do: a search, each ten seconds, of ten peers behind it. */
  reservedQueriesPerSecond: 2,
  /** A search is a Query for each of some five rings; so three at once. */
  reservedQueryBurst: 16,
  /** For whoever comes first: a network of thousands asks less. */
  sharedQueriesPerSecond: 256,
  /** Four seconds of it: after a pause of a machine much comes at once. */
  sharedQueryBurst: 1024,
  /** What one neighbour gets of the shared part: an eighth, since what it brings comes on to us by others, too. */
  queriesPerSecondPerNeighbour: 32,
  /** Four seconds of it. */
  queryBurstPerNeighbour: 128,
  /** Questions of one neighbour beyond its part that are passed over without a penalty. */
  queryExcessBurst: 256,
  /** The same in the long run: honest peers pass on what others bring, and that may be a little much at times. */
  queryExcessPerSecond: 8,
  /** Whoever sends more has its reserved part only, for this long: so its flood crowds nobody out further on. */
  queryPenaltyMs: 10_000,
  /** Query frames of one neighbour, repeats included: an honest one passes on no more than 384 a second. */
  queryFramesPerSecond: 1024,
  /** What an honest neighbour's stream may bring at once after it was stuck for half a minute. */
  queryFrameBurst: 8192,
  /** Answers to one query that are taken: eight full shares. No honest neighbour passes more than that on. */
  maxAnswersPerQuery: 512,
  /**
   * Of these, the share of one neighbour for each hop with which it was asked: 64 of one asked with 8. It passes on no more,
   * and takes a hop's worth less of each of its own neighbours, so that one liar leaves room for the others everywhere.
   */
  answersPerHop: 8,
  /** Answers passed on to one neighbour, some 1 KB each. */
  answersPerSecondPerNeighbour: 256,
  /** Four full queries at once. */
  answerBurstPerNeighbour: 1024,
  /** Answers to nothing that was asked: they come late, after a restart of this node for example, but not for ever. */
  unaskedAnswersPerSecond: 16,
  /** One query's worth of late answers. */
  unaskedAnswerBurst: 256,
  /** Look-ups in the library under way for one neighbour, of `maxLookUps`. */
  maxLookUpsPerNeighbour: 16,
  /** Own searches at one time. */
  maxSearches: 16,
  /** Distinct holders counted in one search. */
  maxHoldersCounted: 4096,
  /** Without any neighbour a search waits this long for a first one. */
  aloneMs: 1000,
  /** A search that has asked everybody ends no sooner than this after a neighbour came: others are often just behind it. */
  joinSettleMs: 250,
  /** Rings of own searches that begin as soon as the last is over: half of a neighbour's burst, the rest is for others. */
  ownRingBurst: 64,
  /** In the long run, half of what a neighbour takes of one; those beyond it begin as if nobody had said Done. */
  ownRingsPerSecond: 16,
  /** One hop and back before any was measured: more than most distances on this planet. */
  firstHopMs: 250,
  /** Below this, the pauses of busy machines look like distance. */
  minHopMs: 25,
  /** Above this a neighbour is too slow to wait for. */
  maxHopMs: 1000,
  /** The widest ring is waited for at least this long: what comes later is lost to the search. */
  minWidestRingMs: 1000,
  /** Any ring is waited for at most this long. */
  maxRingMs: 6000,
  /** The end of a search, whatever still comes. */
  questionEndMs: 20_000,
  /** One request to the control API; only lists of paths and of holders are longer. */
  maxApiBodyBytes: 65_536,
  /** Paths to be added, or holders of a video: what a command line holds (2 MiB on Linux), as JSON. */
  maxApiPathsBytes: 8_388_608,
  /** One line of the control API's answers: all claims of a video, to be read and as they were signed. */
  maxApiLineBytes: 4_194_304,
  /** The head of a request to the control API: a link that is too long by one character, percent-encoded, at worst. */
  maxApiHeadBytes: 196_608,
  /** A request to the control API has to be there in full after this long. */
  apiRequestMs: 10_000,
  /** Connections to the control API: commands and players of one person. */
  maxApiConnections: 256,
  /** Characters of a peer's address or id as a person or program gives it. */
  maxAddressChars: 512,
  /** Addresses of one holder in a request to the control API: as many as a peer record has room for. */
  maxAddressesPerHolder: 32,
  /** Holders named in one request for a fetch; a search brings 16 to be dialled. */
  maxHoldersNamed: 1024,
  /** Chunks of one fetch between their first Get and the disk: a gigabit over 170 ms fits. */
  maxFetchMemoryBytes: 25_165_824,
  /** A holder that owes an answer and sends nothing for so long is given up, if others are known. */
  silentHolderMs: 8000,
  /** A holder may have lost a chunk or two that it announced; one that does not have this many lies. */
  maxNotHeld: 4,
  /** How far ahead of somebody who reads at a known rate its bytes are asked for in order. */
  maxReadAheadMs: 30_000,
  /** And how many bytes at most; half of the memory above. */
  maxReadAheadBytes: 33_554_432,
  /** Readers of one video at one time: players, exports, a gateway's ranges. */
  maxReaders: 64,
  /** Neighbours that a node looks for, both directions: enough paths, and a question costs little. */
  aimedNeighbours: 8,
  /** Below so many a node hurries. */
  minNeighbours: 4,
  /** Neighbours that a node has chosen itself: nobody can surround it by dialling it. */
  minOutboundNeighbours: 4,
  /** Neighbours of one public /24 (IPv6: /64) in a hundred of `maxPeers`, two at least: addresses there cost one owner. */
  neighboursPerGroupPercent: 20,
  /** Peers known at one time, liars apart: some 3 KB each. */
  maxPeersKnown: 512,
  /** Of these, those that one neighbour told of and that were never reached. */
  maxPeersPerTeller: 32,
  /** Addresses that a person asked to join, tried again for ever. */
  maxJoinTargets: 64,
  /** Peers dialled at one time to become neighbours. */
  maxNeighbourDials: 4,
  /** Dials in a row that fail before a peer that nobody asked to join is forgotten. */
  maxDialFailures: 8,
  /** The first wait after a failed dial; twice as long after each further one, with jitter. */
  firstRedialMs: 2000,
  /** The longest wait before a peer is dialled again. */
  maxRedialMs: 600_000,
  /** A node without any neighbour dials one of those that it knows this often, whatever they wait for. */
  lonelyDialMs: 15_000,
  /** The longest wait for a peer that a person asked to join. */
  maxRejoinMs: 60_000,
  /** A find stream that ends within this time counts as a failed dial: there is no room, or something is wrong. */
  shortVisitMs: 30_000,
  /** A neighbour is asked for peers this often. */
  exchangeMs: 60_000,
  /** And this often while neighbours are missing. */
  hurriedExchangeMs: 3000,
  /** One neighbour is asked at most this often. */
  exchangeGapMs: 10_000,
  /** So often one more is tried than is aimed at, so that two halves find together; or one who waits, if some are missing. */
  exploreMs: 60_000,
  /** Questions for peers that a neighbour may ask at once. */
  peersAskedBurst: 8,
  /** Its questions for peers in the long run: one in five seconds. */
  peersAskedPerSecond: 0.2,
  /** Questions for peers, or lists of them, beyond that before it is let go. */
  maxPeersFramesRefused: 100,
  /** Videos that one peer has open over all its streams: one may have broken unnoticed, and another have replaced it. */
  maxOpenVideosPerPeer: 128,
  /** Answers without a body and ChunkInfos that one client has not taken: with what remembers them, some 1,900 refusals. */
  maxUnreadReplyBytes: 262_144,
  /** Added to the bytes of each: what remembers it until it has left. */
  replyOverheadBytes: 128,
  /** The same for all clients; beyond it each may have `reservedReplyBytes` only. */
  maxUnreadReplyBytesInAll: 16_777_216,
  /** A hundred refusals, or seven ChunkInfos of the largest videos. */
  reservedReplyBytes: 16_384,
  /** ChunkInfos of one video at once: ten a second for a dozen seconds, in which nothing came through. */
  chunkInfoBurst: 128,
  /** ChunkInfos of one video in the long run: an honest holder sends ten a second. */
  chunkInfosPerSecond: 16,
  /** Chunks of one video sent to one client of which it may complain: what it may have ordered, with room. */
  maxSentChunksRemembered: 256,
  /** Chunks that are looked at in a minute since a client complained; disks rot far slower. */
  maxComplaintChecksPerMinute: 16,
  /** Complaints that wait to be looked into. */
  maxComplaintsWaiting: 16,
  /** A chunk is looked at once in this time, however many complain of it. */
  complaintMemoryMs: 60_000,
  /** Fetched videos of which is known who sent each chunk: 32 KiB each at most. */
  maxVideosWithSenders: 64,
} as const;

/** The gateway's bounds on its TCP port: browsers, players and scripts. Times in ms, sizes in bytes. */
export const GATEWAY = {
  /** Connections at one time. A browser opens 6, a player 1 to 3; a newcomer takes the place of the longest idle one. */
  maxConnections: 512,
  /** Of these, from one address that is not this machine's own: eight tabs and some players. */
  maxConnectionsPerAddress: 64,
  /** Requests under way on one connection: browsers do not pipeline, and each one costs memory. */
  maxRequestsAtOnce: 16,
  /** A request's head. Cookies and links that are looked up are far shorter. */
  maxHttpHeadBytes: 16_384,
  /** A connection without a request is closed after this; players ask again within seconds. */
  idleHttpMs: 30_000,
  /** A reader of the API that takes nothing for so long is let go. */
  stalledApiMs: 30_000,
  /** A paused player takes nothing either; it asks again from its place when it goes on. */
  stalledMediaMs: 300_000,
  /** When there is no room, a reader that has taken nothing for so long makes room. */
  stalledForRoomMs: 10_000,
  /** Who listens to events, on both places together: a page opens one. */
  maxEventListeners: 64,
  /** Latest events kept for slow and returning listeners, one for each thing that they are about: some 1 MB. */
  maxEventsKept: 1024,
  /** Holders named in an event of a fetch; the fetch itself tells of all. */
  maxHoldersInEvent: 16,
  /** How often a listener without events hears that the node is there: proxies close after 30 s or 60 s. */
  heartbeatMs: 15_000,
  /** A fetch's progress is told to listeners this often at most. */
  eventGapMs: 200,
  /** Names by which the gateway may be called, beside its own. */
  maxHostNames: 64,
  /** One-time logins that wait to be used. */
  maxLogins: 16,
  /** A one-time login is good for so long: it may have been printed into a log. */
  loginMs: 600_000,
  /** A browser stays logged in for so long: 30 days. */
  sessionMs: 2_592_000_000,
  /** Bytes read of the token file at most. */
  maxTokenFileBytes: 256,
} as const;

/** The bytes of videos over HTTP, and what is made of them. */
export const WATCH = {
  /** Ranges of one header that are read; one is served, and a header with more asks for the whole. */
  maxRangesRead: 64,
  /** Videos that are open at one time, for all who watch; the one unused longest makes room. */
  maxOpenVideos: 16,
  /** A video that nobody reads stays open so long: a player that was stopped for a moment finds it as it was. */
  openVideoIdleMs: 60_000,
  /** A video that nobody has is looked for so long, once, before a request is refused: players wait for about a minute. */
  openToWatchMs: 30_000,
  /** The first byte of a body comes after so long, or the answer says why not. */
  firstByteMs: 30_000,
  /** Bodies of one video on their way at one time; with the readers below fewer than the 64 readers of a fetch. */
  maxBodiesPerVideo: 48,
  /** Below this, a claim of the duration is not believed: 32 kbit/s is less than a voice. */
  minPlayedBytesPerSecond: 4096,
  /** Nor above this, 256 Mbit/s. */
  maxPlayedBytesPerSecond: 33_554_432,
  /** Places of one video from which tracks are read: a picture, a sound and an index for each of two viewers, and more. */
  maxTrackReaders: 8,
  /** A read continues the last one if it begins no further behind it: tracks stand that close to each other in a file. */
  maxTrackGapBytes: 2_097_152,
  /** A reader that went on fetching for a place ends when nobody has read there for so long: players take 6 s at once. */
  trackReaderIdleMs: 20_000,
  /** Tracks are read, and kept, in pieces of four leaves: the slice that a place without bytes asks for. */
  trackPieceBytes: 65_536,
  /** Of one video, kept: the other tracks of a segment of 6 s stand between the picture's. */
  maxTrackCacheBytes: 8_388_608,
  /** One read for tracks; segments are read in far smaller ones. */
  maxTrackReadBytes: 33_554_432,
  /** Tracks named in one request for a playlist. */
  maxTracksAsked: 64,
} as const;

/** Media made into HLS: what a stranger's file, and a player that asks for it, may cost. */
export const HLS = {
  /** Groups of pictures shorter than this are joined to one segment: a request every two seconds and track is enough. */
  minSegmentMs: 2000,
  /** What has no pictures is cut into segments of this length. */
  audioSegmentMs: 6000,
  /** Segments of a track: nine hours of two seconds; those of longer films are longer. A playlist is half a MiB then. */
  maxSegments: 16_384,
  /** A segment leaves in fragments of this length: the first pictures before the last are read. */
  fragmentMs: 250,
  /** Or of so many bytes. */
  maxFragmentBytes: 524_288,
  /** Pictures that may be shown before one that comes first in the file: H.265 and x264 stay at or below four. */
  reorderPictures: 5,
  /** What is kept of a file is kept in blocks of this size, and no less is read. */
  cacheBlockBytes: 65_536,
  /** Of one file, beside its index. */
  maxCacheBytes: 6_291_456,
  /** Read at one time, of an index. */
  maxMediaReadBytes: 1_048_576,
  /** Read ahead of who reads on: more would be in the way of what a seek wants. */
  maxRunBytes: 262_144,
  /** Reads of one file under way. */
  maxMediaReads: 4,
  /** An index (the moov of an MP4, the Cues of a Matroska file): that of four hours at 60 a second is 20 MiB. */
  maxIndexBytes: 67_108_864,
  /** Read for one request. A segment is some MiB; a file is searched for its key frames once, to here. */
  maxJobReadBytes: 1_073_741_824,
  /** One picture, or one box or element that is read as a whole. */
  maxFrameBytes: 33_554_432,
  /** Entries of an index of key frames: all the pictures of two hours at 60 a second. */
  maxKeys: 524_288,
  /** Elements on the way to a Matroska file's first pictures: its tags, fonts and covers. */
  maxHeadElements: 1024,
  /** Blocks looked at for the first of each track. */
  maxFirstBlocks: 4096,
  /** Bytes looked at for the first of each track: a track that begins later has nothing to show. */
  maxFirstBytes: 16_777_216,
  /** Subtitles as a file of their own. */
  maxSubtitleTextBytes: 1_048_576,
  /** Cues of a subtitle file or segment; a film has some 2,000. */
  maxCues: 20_000,
  /** Characters of one cue; no screen has room for more. */
  maxCueChars: 1000,
  /** Lines of one cue. */
  maxCueLines: 16,
  /** Its code is kept, compiled, for the next one when it has run for so long: the first pictures are out by then. */
  compiledMs: 3000,
  /** Heap of the media process. */
  maxHlsHeapMiB: 384,
  /** All its memory; it is ended beyond that. */
  maxHlsMiB: 640,
  /** Files that the media process has open, those that were asked for last. */
  maxOpenFiles: 16,
  /** Heap above which it keeps only those that are in use. */
  softHlsHeapMiB: 192,
  /** Requests under way, of all viewers and files: some dozens of players. */
  maxJobs: 256,
  /** Bytes of a segment on their way to a player that does not take them, from which on no more is made. */
  maxUnreadBytes: 524_288,
  /** The media process says that it lives this often while it works. */
  pulseMs: 1000,
  /** One that does not for so long is caught in a file, and ended. */
  maxSilentMs: 10_000,
  /** The media process ends when nothing was asked for so long. */
  hlsIdleMs: 120_000,
  /** A file over which the process ended so often is not tried again. */
  maxEnds: 2,
  /** Files that were under way when a process ended, each tried once more in a process of its own: so many at one time. */
  maxSuspects: 4,
} as const;

/** The gateway's page: what it may keep in the data folder, and what looking on may cost. */
export const PAGE = {
  /** A poster: 640 × 360 in a JPEG of good quality is some 60 KB. */
  maxPosterBytes: 200_000,
  /** Pixels of a poster's longer side; nobody's page is made to unpack more. */
  maxPosterSide: 2048,
  /** Posters that are kept, and notes that there is none; of more, none is taken: ten libraries of 5,000 videos. */
  maxPosters: 50_000,
  /** One piece of an upload: one request, which has to arrive in `NETWORK.apiRequestMs`. */
  maxUploadPieceBytes: 8_388_608,
  /** Uploads that were begun and not ended, kept through a restart. */
  maxUploads: 32,
  /** An upload that nobody went on with for so long is removed when another begins: 7 days. */
  uploadIdleMs: 604_800_000,
  /** One uploaded file: 8 TiB, more than any disk here has, and a number that is exact. */
  maxUploadBytes: 8_796_093_022_208,
  /** Characters of an uploaded file's name, which is nothing but a label. */
  maxUploadNameChars: 1024,
  /** Those who look on while videos' chunks come; a page needs one. */
  maxShoalListeners: 32,
  /** News of chunks and holders are sent no more often: the eye sees swimming at four times a second. */
  shoalGapMs: 250,
  /** Holders told of in one look; more are counted. */
  maxShoalHolders: 24,
  /** Bytes of one file of the page; the largest, the player, is below 1 MiB. */
  maxPageFileBytes: 4_194_304,
  /** Senders of one video's chunks that are told of; those of more are as good as unknown. */
  maxShoalSenders: 256,
  /** Background fetches that are not over: a season pasted link by link, with room. */
  maxJobs: 256,
  /** Of these, fetched at one time; each has memory of its own, and more only share the line. */
  maxJobsAtOnce: 3,
  /** A background fetch that nobody in reach can serve is tried again after this long, then after twice that. */
  jobAgainMs: 60_000,
  /** The longest wait for it: whoever has the video may have switched the machine off for the night. */
  maxJobAgainMs: 3_600_000,
  /** A background fetch that is done or was stopped stays in the list for so long, for pages that come back. */
  jobOverMs: 600_000,
  /** The file of background fetches: 256 with links of ordinary length; of a longer one nothing is read. */
  maxJobsFileBytes: 4_194_304,
  /** Videos that a page sees at one time: a large screen of small cards, with what is drawn above and below. */
  maxVideosInSight: 96,
  /** A video that no page has named for so long is not in sight any more. */
  inSightMs: 45_000,
  /** Videos in sight that wait to be looked at, over all pages. */
  maxSightWaiting: 512,
  /** One video's holders are counted at a time, and the next no sooner: a screen full takes a minute, and nobody is flooded. */
  holderLookGapMs: 1000,
  /** A count of holders ends after this long: what is far away does not matter to a number on a card. */
  holderLookMs: 3000,
  /** A count of holders is good for so long. */
  holderCountMs: 900_000,
  /** Holders that are enough for a number on a card: of more it says that there are more. */
  enoughHoldersCounted: 4,
  /** Counts of holders that are remembered, the oldest forgotten first: those of a library of 5,000 videos scrolled through. */
  maxHolderCounts: 8192,
  /** One run of ffmpeg for a poster: a seek and 24 frames take a second, a hostile file is left after this. */
  posterMs: 15_000,
  /** Its processor time in seconds. */
  posterCpuSeconds: 10,
  /** Its address space in KiB: 8K frames of today's codecs decode in it, and a hostile file fills no machine. */
  posterMemoryKib: 1_572_864,
  /** One allocation of it: a frame of 8192 × 8192 with 4 bytes a pixel. */
  posterAllocationBytes: 268_435_456,
  /** Read of a file to find out what is in it. */
  posterProbeBytes: 8_388_608,
} as const;
