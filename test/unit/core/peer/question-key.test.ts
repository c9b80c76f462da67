import { expect, test } from "vitest";
import { questionKey } from "../../../../src/core/peer/question-key.ts";
import { at } from "../../support/addresses.ts";

test("the same client, port and list are the same question", () => {
  expect(questionKey(at("127.0.0.1:5001"), [1, 2])).toBe(questionKey(at("127.0.0.1:5001"), [1, 2]));
});

test("anything else is another one", () => {
  const keys = [
    questionKey(at("127.0.0.1:5001"), [1, 2]),
    questionKey(at("127.0.0.1:5001"), [2, 1]),
    questionKey(at("127.0.0.1:5001"), [1, 2, 2]),
    questionKey(at("127.0.0.1:5001"), [1]),
    questionKey(at("127.0.0.1:5001"), [0x0102]),
    questionKey(at("127.0.0.1:5002"), [1, 2]),
    questionKey(at("127.0.0.2:5001"), [1, 2]),
    questionKey(at("127.1.0.1:5001"), [1, 2]),
    // Halves of a surrogate pair, which some encodings would make equal.
    questionKey(at("127.0.0.1:5001"), [0xd800]),
    questionKey(at("127.0.0.1:5001"), [0xdfff]),
    questionKey(at("127.0.0.1:5001"), [0xfffd]),
  ];
  expect(new Set(keys).size).toBe(keys.length);
});
