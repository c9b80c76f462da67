import { createPrivateKey, X509Certificate } from "node:crypto";
import { expect, test } from "vitest";
import { fingerprintOf, makeCertificate } from "../../../src/node/certificate.ts";

test("a certificate is X.509, ECDSA P-256, signed by its own key, valid, and known by its SHA-256", () => {
  const made = makeCertificate();
  const certificate = new X509Certificate(made.certificate);
  expect(certificate.verify(certificate.publicKey)).toBe(true);
  expect(certificate.checkPrivateKey(createPrivateKey(made.key))).toBe(true);
  expect(certificate.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: "prime256v1" });
  expect([certificate.subject, certificate.issuer]).toEqual(["CN=cardume", "CN=cardume"]);
  expect(new Date(certificate.validFrom).getTime()).toBeLessThan(Date.UTC(2021, 0));
  expect(certificate.validTo).toBe("Dec 31 23:59:59 9999 GMT");
  expect(certificate.fingerprint256.replaceAll(":", "").toLowerCase()).toBe(
    Buffer.from(made.fingerprint).toString("hex"),
  );
  expect(Buffer.compare(fingerprintOf(certificate.raw), made.fingerprint)).toBe(0);
});

test("two hundred certificates are all different, and all of them can be read", () => {
  const made = Array.from({ length: 200 }, () => makeCertificate());
  for (const { certificate } of made) {
    const read = new X509Certificate(certificate);
    expect(read.verify(read.publicKey)).toBe(true);
    expect(read.serialNumber).toHaveLength(32);
  }
  expect(new Set(made.map(({ fingerprint }) => Buffer.from(fingerprint).toString("hex"))).size).toBe(200);
});
