import type { Library, VideoDetails } from "../store/library.ts";

/** What commands show of a video: all but its chunk roots. */
export type ShownDetails = Omit<VideoDetails, "manifest">;

/**
 * What commands use of a library, whether this process has it open (`Library`) or a node does (`RemoteLibrary`). One
 * contract suite holds for both: the same values, the same errors.
 */
export interface LibraryFace
  extends Pick<Library, "folder" | "publisher" | "add" | "list" | "find" | "get" | "link" | "stream" | "export"> {
  details(id: Uint8Array): Promise<ShownDetails>;
  verify(
    id: Uint8Array,
    options?: { readonly onBytes?: (bytes: number) => void; readonly signal?: AbortSignal },
  ): ReturnType<Library["verify"]>;
  remove: Library["remove"];
  close(): Promise<void>;
}
