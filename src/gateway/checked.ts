import { z } from "zod";
import { fromBase32 } from "../core/content/base32.ts";
import { HASH_BYTES } from "../core/content/merkle.ts";
import { CardumeError } from "../core/errors.ts";

/** A part of a request as its schema wants it. @throws CardumeError `request-invalid`, naming what is wrong */
export function checked<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? "" : `${issue.path.join(".")}: `;
  throw new CardumeError("request-invalid", `${where}${issue?.message ?? "not what it has to be"}`);
}

/** A video's id: 52 base32 characters. */
export const idSchema: z.ZodType<Uint8Array> = z
  .string()
  .meta({ pattern: "^[a-z2-7]{52}$" })
  .transform((text, context) => {
    const id = text.length === 52 ? fromBase32(text) : undefined;
    if (id?.length === HASH_BYTES) return id;
    context.addIssue("it is not an id in base32");
    return z.NEVER;
  });

/** A whole number in a query. */
export const numberSchema: z.ZodType<number> = z
  .string()
  .regex(/^\d{1,15}$/, "it is not a whole number")
  .transform(Number);
