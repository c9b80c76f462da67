// The names that WebTorrent's packages import. There is no WebRTC behind them: whoever uses it fails at once.
class Absent {
  constructor() {
    throw new Error("no WebRTC in the benchmark");
  }
}

export { Absent as Audio, Absent as PeerConnection, Absent as RtcpReceivingSession, Absent as Video };

/** Nothing was made, nothing is to be freed. */
export function cleanup() {}
