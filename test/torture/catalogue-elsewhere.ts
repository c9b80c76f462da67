import { CardumeError } from "../../src/core/errors.ts";
import type { Catalogue } from "../../src/store/catalogue.ts";
import { openCatalogue } from "../../src/store/sqlite-catalogue.ts";

/**
 * A catalogue on a disk that goes on when the power is cut: it must not be told then what no machine would live to say.
 * What it was told before, it may write.
 */
export async function catalogueElsewhere(folder: string, isCut: () => boolean): Promise<Catalogue> {
  const { catalogue } = await openCatalogue({ folder });
  const off = (): Promise<never> => Promise.reject(new CardumeError("catalogue-failed", "there is no power"));
  const get = (target: Catalogue, name: keyof Catalogue): unknown => {
    // Promises ask whether it is one of them.
    if (typeof target[name] !== "function") return undefined;
    return name !== "close" && isCut() ? off : target[name].bind(target);
  };
  return new Proxy(catalogue, { get: get as NonNullable<ProxyHandler<Catalogue>["get"]> });
}
