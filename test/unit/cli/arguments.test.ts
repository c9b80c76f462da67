import { InvalidArgumentError } from "commander";
import { describe, expect, test } from "vitest";
import {
  addressArgument,
  addressesArgument,
  idsArgument,
  listenArgument,
  wholeNumber,
} from "../../../src/cli/arguments.ts";
import { addressOf } from "../../../src/core/wire/address.ts";
import { at } from "../support/addresses.ts";

/** Wrong use is an error that commander turns into one line and exit code 2. */
const refused = (read: () => unknown): void => {
  expect(read).toThrow(InvalidArgumentError);
};

test("an address is ip:port", () => {
  expect(addressArgument("127.0.0.1:5001")).toBe(at("127.0.0.1:5001"));
  for (const text of ["", "127.0.0.1", "localhost:5001", "127.0.0.1:0", "127.0.0.1:99999", "5001"])
    refused(() => addressArgument(text));
});

test("neighbours are collected in their order", () => {
  expect(addressesArgument("127.0.0.1:2", [at("127.0.0.1:1")])).toEqual([at("127.0.0.1:1"), at("127.0.0.1:2")]);
  expect(addressesArgument("127.0.0.1:2", undefined)).toEqual([at("127.0.0.1:2")]);
  refused(() => addressesArgument("nobody", undefined));
});

test("one may listen on port 0, for a free one", () => {
  expect(listenArgument("127.0.0.1:0")).toBe(addressOf(0x7f000001, 0));
  expect(listenArgument("127.0.0.1:5001")).toBe(at("127.0.0.1:5001"));
  for (const text of ["127.0.0:0", "127.0.0.999:0", ":0", "0", "127.0.0.1:00"]) refused(() => listenArgument(text));
});

test("ids are a list with ranges", () => {
  expect(idsArgument("1,3-5")).toEqual([1, 3, 4, 5]);
  for (const text of ["", "a", "1-", "65536"]) refused(() => idsArgument(text));
});

describe("a whole number", () => {
  const read = wholeNumber(1, 65_000);

  test("between its bounds, both included", () => {
    expect([read("1"), read("65000"), read("0042")]).toEqual([1, 65_000, 42]);
  });

  test.for(["0", "65001", "-1", "1.5", "1e3", "0x10", "", " 1", "1 ", "many", "٣", "99999999999999999999"])(
    "is not %j",
    (text) => refused(() => read(text)),
  );
});
