import { rmSync } from "node:fs";
import { basename, join } from "node:path";
import { freeTcpPorts } from "../../lab/emulator/free-ports.ts";
import { sha256OfFile } from "../../lab/made-file.ts";
import { OPEN_LINK } from "../../lab/shaping/link-shape.ts";
import { idleFigures, NEIGHBOURS, ROUGH_LINES, ROUGH_PATIENCE_MS, rough } from "./lines.ts";
import { hashOfFolder } from "./material.ts";
import type { Figures, Side, Stand } from "./side.ts";
import { debianSize } from "./sizes.ts";
import { Device, type Known, SYNCTHING } from "./syncthing-device.ts";
import { metered } from "./usage.ts";
import { versionOf } from "./version.ts";
import { within } from "./within.ts";

const PATIENCE_MS = 300_000;
/** A sender that serves a device, and does not look for it. */
const waited = ({ id }: Device): Known => ({ id });
const at = ({ id }: Device, port: number): Known => ({ id, address: `tcp://127.0.0.1:${port}` });

interface Shared {
  readonly paths: ReadonlyMap<string, string>;
  readonly bytes: number;
  readonly senders: number;
}

async function moved(
  stand: Stand,
  { paths, bytes, senders }: Shared,
  check: (folder: string) => Promise<void>,
): Promise<Figures> {
  const root = join(stand.folder, "syncthing");
  rmSync(root, { recursive: true, force: true });
  const devices: Device[] = [];
  try {
    const receiver = await Device.make(join(root, "receiver"));
    for (let index = 0; index < senders; index++) devices.push(await Device.make(join(root, `sender-${index}`), paths));
    const from = [...devices];
    devices.push(receiver);
    for (const sender of from) await sender.start([waited(receiver)]);
    await receiver.start(
      from.map((sender) => at(sender, sender.port)),
      true,
    );
    for (const sender of from) await sender.untilScanned(bytes);
    await receiver.untilConnected(senders);
    const parties = { from: from.map(({ pid }) => pid), to: receiver.pid, bytes, folder: stand.folder };
    const figures = await metered(parties, () => within(PATIENCE_MS, "the transfer", receiver.pull()));
    await check(receiver.folder);
    return figures;
  } finally {
    for (const device of devices) await device.kill();
    rmSync(root, { recursive: true, force: true });
  }
}

async function transfer({ senders }: { readonly senders: number }, stand: Stand): Promise<Figures> {
  const { path, bytes, sha256 } = await stand.file();
  const paths = new Map([[basename(path), path]]);
  return moved(stand, { paths, bytes, senders }, async (out) => {
    if ((await sha256OfFile(join(out, basename(path)))) !== sha256) throw new Error("the file differs");
  });
}

async function folder(_: unknown, stand: Stand): Promise<Figures> {
  const { path, names, bytes, sha256 } = await stand.files();
  const paths = new Map(names.map((name) => [name, join(path, name)]));
  const figures = await moved(stand, { paths, bytes, senders: 1 }, (out) => {
    if (hashOfFolder(out) !== sha256) throw new Error("the small files differ");
    return Promise.resolve();
  });
  return { filesPerS: (names.length * (figures["mbPerS"] as number) * 1e6) / bytes, ...figures };
}

const roughOf = (_: unknown, stand: Stand): Promise<Figures> =>
  stand.inLab(async (lab) => {
    const { path, bytes, sha256 } = await stand.lineFile();
    const paths = new Map([[basename(path), path]]);
    const receiver = await Device.make(join(lab.folder, "receiver"));
    const senders: Device[] = [];
    const known: Known[] = [];
    try {
      for (const [index, shape] of ROUGH_LINES.entries()) {
        const sender = await Device.make(join(lab.folder, `sender-${index}`), paths);
        senders.push(sender);
        const [publicPort = 0] = await freeTcpPorts(1);
        await lab.emulator.add(`sender-${index}`, shape, new Map([[publicPort, sender.port]]));
        known.push(at(sender, publicPort));
        await sender.start([waited(receiver)]);
        await sender.untilScanned(bytes);
      }
      await receiver.start(known, true);
      await receiver.untilConnected(senders.length);
      const [first] = senders as [Device];
      const figures = await rough(
        bytes,
        () => first.kill(),
        () => within(ROUGH_PATIENCE_MS, "the fetch", receiver.pull()),
      );
      if ((await sha256OfFile(join(receiver.folder, basename(path)))) !== sha256) throw new Error("the file differs");
      return figures;
    } finally {
      for (const device of [...senders, receiver]) await device.kill();
    }
  });

/** All five share one file, and all have it. */
const idle = (_: unknown, stand: Stand): Promise<Figures> =>
  stand.inLab(async (lab) => {
    const { path, bytes } = await stand.lineFile();
    const paths = new Map([[basename(path), path]]);
    const hub = await Device.make(join(lab.folder, "hub"), paths);
    const near: Device[] = [];
    try {
      const [publicPort = 0] = await freeTcpPorts(1);
      const emulated = await lab.emulator.add("hub", OPEN_LINK, new Map([[publicPort, hub.port]]));
      for (let index = 0; index < NEIGHBOURS; index++)
        near.push(await Device.make(join(lab.folder, `near-${index}`), paths));
      await hub.start(near.map(waited));
      for (const device of near) await device.start([at(hub, publicPort)]);
      for (const device of [hub, ...near]) await device.untilScanned(bytes);
      await hub.untilConnected(NEIGHBOURS);
      return await idleFigures(stand, hub.pid, emulated);
    } finally {
      for (const device of [hub, ...near]) await device.kill();
    }
  });

async function start(_: unknown, stand: Stand): Promise<Figures> {
  const home = join(stand.folder, "syncthing-start");
  const device = await Device.make(home);
  try {
    // The first start makes the database: the second is what happens every day.
    await device.start([]);
    await device.kill();
    const startedAtMs = performance.now();
    await device.start([]);
    return { ms: performance.now() - startedAtMs };
  } finally {
    await device.kill();
    rmSync(home, { recursive: true, force: true });
  }
}

/** Syncthing: folders that are kept the same. TLS, SHA-256 of blocks. */
export const syncthing: Side = {
  name: "Syncthing",
  isLimit: false,
  available: async () => {
    const version = await versionOf(SYNCTHING, ["--version"], /syncthing v([\d.]+)/);
    return version === undefined ? { why: "not installed (Debian: syncthing)" } : { version };
  },
  does: {
    transfer,
    folder,
    watch: "it brings whole files, and plays none",
    rough: roughOf,
    liars:
      "a device that shares is trusted; its own program checks each block that it reads, and cannot be made to lie",
    idle,
    find: "devices are told of one another by hand",
    start,
    size: () => debianSize(["syncthing"]),
  },
};
