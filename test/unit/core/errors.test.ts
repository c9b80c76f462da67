import { expect, test } from "vitest";
import { assert, CardumeError } from "../../../src/core/errors.ts";

test("an error has a code, what to do, and the exit code of wrong use unless it says otherwise", () => {
  const error = new CardumeError("address-invalid", "use an address like 127.0.0.1:5001");
  expect(error).toMatchObject({ name: "CardumeError", code: "address-invalid", exitCode: 2 });
  expect("cause" in error).toBe(false);
});

test("its cause is kept", () => {
  const cause = new Error("EADDRINUSE");
  expect(new CardumeError("port-in-use", "choose another", { exitCode: 5, cause })).toMatchObject({
    exitCode: 5,
    cause,
  });
});

test("an assumption that does not hold is a bug, and says which", () => {
  expect(() => assert(true, "fine")).not.toThrow();
  expect(() => assert(false, "a place below the count")).toThrow("bug: a place below the count");
});
