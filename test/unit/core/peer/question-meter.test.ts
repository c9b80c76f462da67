import { expect, test } from "vitest";
import { ORIGINAL } from "../../../../src/core/limits.ts";
import { QuestionMeter } from "../../../../src/core/peer/question-meter.ts";

const pass = (meter: QuestionMeter, ip: number, count: number, nowMs: number): number => {
  let passed = 0;
  for (let question = 0; question < count; question++) if (meter.take(ip, nowMs)) passed++;
  return passed;
};

test("each client has a burst and a rate of its own", () => {
  const meter = new QuestionMeter(0);
  expect(pass(meter, 1, 1000, 0)).toBe(ORIGINAL.questionBurstPerClient);
  expect(pass(meter, 2, 1000, 0)).toBe(ORIGINAL.questionBurstPerClient);
  expect(pass(meter, 1, 1000, 500)).toBe(ORIGINAL.questionsPerSecondPerClient / 2);
});

test("a noisy client does not use up what is there for all", () => {
  const meter = new QuestionMeter(0);
  pass(meter, 1, 1_000_000, 0);
  let others = 0;
  for (let ip = 2; ip < 3000; ip++) others += pass(meter, ip, 1, 0);
  expect(others).toBe(ORIGINAL.questionBurstInAll - ORIGINAL.questionBurstPerClient);
});

test("all together have a rate, too", () => {
  const meter = new QuestionMeter(0);
  const wave = (first: number, nowMs: number): number => {
    let passed = 0;
    for (let ip = first; ip < first + 5000; ip++) passed += pass(meter, ip, 1, nowMs);
    return passed;
  };
  expect(wave(0, 0)).toBe(ORIGINAL.questionBurstInAll);
  expect(wave(10_000, 1000)).toBe(ORIGINAL.questionsPerSecondInAll);
});

test("the limit in all holds when the records of clients turn over", () => {
  const meter = new QuestionMeter(0);
  let passed = 0;
  // Each address comes back only after more others than are remembered.
  for (let round = 0; round < 3; round++)
    for (let ip = 0; ip < ORIGINAL.maxClientsMetered + 10; ip++) passed += pass(meter, ip, 1, 0);
  expect(passed).toBe(ORIGINAL.questionBurstInAll);
});
