/** One line of the conformance table: a request for a file of `N` bytes whose entity-tag is `"<id>"`. */
export interface TableLine {
  /** What RFC 9110 says of it, and where. */
  readonly rule: string;
  readonly method?: string;
  /** Header lines, in which `{etag}` stands for the entity-tag and `{N}`, `{N-1}` for the size and the last byte. */
  readonly lines: readonly string[];
  readonly status: number;
  /** First and last byte of the body, in the same words; unless told, all of them with 200, and none otherwise. */
  readonly range?: readonly [first: string, last: string];
}

const whole = 200;

/** What a gateway answers, request by request. */
export const RANGE_TABLE: readonly TableLine[] = [
  { rule: "9.3.1 no condition, no range", lines: [], status: whole },
  { rule: "14.1.2 the first byte", lines: ["Range: bytes=0-0"], status: 206, range: ["0", "0"] },
  { rule: "14.1.2 the first 500", lines: ["Range: bytes=0-499"], status: 206, range: ["0", "499"] },
  { rule: "14.1.2 the second 500", lines: ["Range: bytes=500-999"], status: 206, range: ["500", "999"] },
  { rule: "14.1.2 an open range", lines: ["Range: bytes=500-"], status: 206, range: ["500", "{N-1}"] },
  { rule: "14.1.2 all, as an open range", lines: ["Range: bytes=0-"], status: 206, range: ["0", "{N-1}"] },
  { rule: "14.1.2 the last 500", lines: ["Range: bytes=-500"], status: 206, range: ["{N-500}", "{N-1}"] },
  { rule: "14.1.2 the last byte", lines: ["Range: bytes=-1"], status: 206, range: ["{N-1}", "{N-1}"] },
  {
    rule: "14.1.2 the last byte by its number",
    lines: ["Range: bytes={N-1}-{N-1}"],
    status: 206,
    range: ["{N-1}", "{N-1}"],
  },
  {
    rule: "14.1.2 a suffix longer than the file",
    lines: ["Range: bytes=-999999999999"],
    status: 206,
    range: ["0", "{N-1}"],
  },
  {
    rule: "14.1.2 an end behind the file's",
    lines: ["Range: bytes=7-99999999999999999999999"],
    status: 206,
    range: ["7", "{N-1}"],
  },
  { rule: "14.1.2 leading zeros", lines: ["Range: bytes=000-0009"], status: 206, range: ["0", "9"] },
  { rule: "14.1 units have no case", lines: ["Range: ByTeS=1-2"], status: 206, range: ["1", "2"] },
  { rule: "5.1 header names have no case", lines: ["rAnGe: bytes=1-2"], status: 206, range: ["1", "2"] },
  { rule: "5.6.1 empty elements of a list", lines: ["Range: bytes=,, 1-2 ,"], status: 206, range: ["1", "2"] },
  { rule: "14.1.2 a start at the end", lines: ["Range: bytes={N}-"], status: 416 },
  { rule: "14.1.2 a start behind the end", lines: ["Range: bytes={N}-{N}"], status: 416 },
  { rule: "14.1.2 a start beyond 2^64", lines: ["Range: bytes=99999999999999999999999-"], status: 416 },
  { rule: "14.1.2 a suffix of nothing", lines: ["Range: bytes=-0"], status: 416 },
  { rule: "14.2 several, none of them there", lines: ["Range: bytes={N}-,-0"], status: 416 },
  { rule: "14.2 several, one of them there", lines: ["Range: bytes={N}-,3-5"], status: 206, range: ["3", "5"] },
  { rule: "14.2 several: all is sent", lines: ["Range: bytes=0-1,5-6"], status: whole },
  { rule: "14.2 overlapping ones", lines: ["Range: bytes=0-99,50-149,0-"], status: whole },
  {
    rule: "14.2 a thousand",
    lines: [`Range: bytes=${Array.from({ length: 1000 }, (_, n) => `${n}-`).join(",")}`],
    status: whole,
  },
  { rule: "14.1.1 an end before the start", lines: ["Range: bytes=9-8"], status: whole },
  { rule: "14.1.1 the same beyond 2^53", lines: ["Range: bytes=9007199254740993-9007199254740992"], status: whole },
  { rule: "14.1.1 one bad among good ones", lines: ["Range: bytes=0-1,9-8"], status: whole },
  { rule: "14.2 another unit", lines: ["Range: items=0-1"], status: whole },
  { rule: "14.2 a unit that is nearly bytes", lines: ["Range: byte=0-1"], status: whole },
  { rule: "14.1.1 no ranges", lines: ["Range: bytes="], status: whole },
  { rule: "14.1.1 nothing but commas", lines: ["Range: bytes=,,"], status: whole },
  { rule: "14.1.1 a dash alone", lines: ["Range: bytes=-"], status: whole },
  { rule: "14.1.1 a number alone", lines: ["Range: bytes=5"], status: whole },
  { rule: "14.1.1 a negative start", lines: ["Range: bytes=-5-9"], status: whole },
  { rule: "14.1.1 letters", lines: ["Range: bytes=a-b"], status: whole },
  { rule: "14.1.1 hexadecimal", lines: ["Range: bytes=0x0-0x9"], status: whole },
  { rule: "14.1.1 white space inside", lines: ["Range: bytes=1 - 2"], status: whole },
  { rule: "14.1.1 white space behind the sign", lines: ["Range: bytes= 1-2"], status: whole },
  { rule: "14.1.1 no unit", lines: ["Range: 0-1"], status: whole },
  {
    rule: "5.3 two Range lines are a list that is none",
    lines: ["Range: bytes=0-1", "Range: bytes=2-3"],
    status: whole,
  },
  {
    rule: "13.1.5 If-Range, the same tag",
    lines: ["Range: bytes=1-2", "If-Range: {etag}"],
    status: 206,
    range: ["1", "2"],
  },
  { rule: "13.1.5 If-Range, another tag", lines: ["Range: bytes=1-2", 'If-Range: "other"'], status: whole },
  { rule: "13.1.5 If-Range, a weak tag", lines: ["Range: bytes=1-2", "If-Range: W/{etag}"], status: whole },
  {
    rule: "13.1.5 If-Range, a date: there is no Last-Modified",
    lines: ["Range: bytes=1-2", "If-Range: Sat, 29 Oct 1994 19:43:31 GMT"],
    status: whole,
  },
  { rule: "13.1.5 If-Range, a list", lines: ["Range: bytes=1-2", "If-Range: {etag}, {etag}"], status: whole },
  { rule: "13.1.5 If-Range without Range", lines: ['If-Range: "other"'], status: whole },
  { rule: "14.2 If-Range passes, no range is there", lines: ["Range: bytes={N}-", "If-Range: {etag}"], status: 416 },
  { rule: "14.2 If-Range fails, no range is there", lines: ["Range: bytes={N}-", 'If-Range: "other"'], status: whole },
  { rule: "13.1.2 If-None-Match, the same tag", lines: ["If-None-Match: {etag}"], status: 304 },
  { rule: "13.1.2 If-None-Match, weak comparison", lines: ["If-None-Match: W/{etag}"], status: 304 },
  { rule: "13.1.2 If-None-Match, anything", lines: ["If-None-Match: *"], status: 304 },
  { rule: "13.1.2 If-None-Match, in a list", lines: ['If-None-Match: "a,b", , W/"c", {etag}'], status: 304 },
  { rule: "13.1.2 If-None-Match, another tag", lines: ['If-None-Match: "other"'], status: whole },
  { rule: "8.8.3 If-None-Match, no tag at all", lines: ["If-None-Match: nothing of the kind"], status: whole },
  { rule: "13.2.2 If-None-Match before Range", lines: ["If-None-Match: {etag}", "Range: bytes=1-2"], status: 304 },
  {
    rule: "13.2.2 If-None-Match before a Range of nothing",
    lines: ["If-None-Match: {etag}", "Range: bytes={N}-"],
    status: 304,
  },
  {
    rule: "13.2.2 If-None-Match passes, Range is served",
    lines: ['If-None-Match: "other"', "Range: bytes=1-2"],
    status: 206,
    range: ["1", "2"],
  },
  { rule: "13.1.1 If-Match, the same tag", lines: ["If-Match: {etag}"], status: whole },
  { rule: "13.1.1 If-Match, anything", lines: ["If-Match: *"], status: whole },
  { rule: "13.1.1 If-Match, another tag", lines: ['If-Match: "other"'], status: 412 },
  { rule: "13.1.1 If-Match, strong comparison", lines: ["If-Match: W/{etag}"], status: 412 },
  { rule: "13.1.1 If-Match, in a list", lines: ['If-Match: "other", {etag}'], status: whole },
  { rule: "13.2.2 If-Match before If-None-Match", lines: ['If-Match: "other"', "If-None-Match: {etag}"], status: 412 },
  {
    rule: "13.2.2 If-Match passes, If-None-Match is looked at",
    lines: ["If-Match: {etag}", "If-None-Match: {etag}"],
    status: 304,
  },
  { rule: "13.2.2 If-Match before Range", lines: ['If-Match: "other"', "Range: bytes=1-2"], status: 412 },
  {
    rule: "13.1.3 If-Modified-Since without Last-Modified",
    lines: ["If-Modified-Since: Sat, 29 Oct 2094 19:43:31 GMT"],
    status: whole,
  },
  {
    rule: "13.1.4 If-Unmodified-Since without Last-Modified",
    lines: ["If-Unmodified-Since: Sat, 29 Oct 1994 19:43:31 GMT"],
    status: whole,
  },
  { rule: "9.3.2 HEAD", method: "HEAD", lines: [], status: whole },
  { rule: "14.2 HEAD knows no ranges", method: "HEAD", lines: ["Range: bytes=1-2"], status: whole },
  { rule: "14.2 nor ranges of nothing", method: "HEAD", lines: ["Range: bytes={N}-"], status: whole },
  { rule: "13.1.2 HEAD, If-None-Match", method: "HEAD", lines: ["If-None-Match: {etag}"], status: 304 },
  { rule: "13.1.1 HEAD, If-Match", method: "HEAD", lines: ['If-Match: "other"'], status: 412 },
  { rule: "15.5.6 POST", method: "POST", lines: ["Content-Length: 0"], status: 405 },
  {
    rule: "15.5.6 PUT, whatever it says",
    method: "PUT",
    lines: ["Content-Length: 0", "Range: bytes=0-1"],
    status: 405,
  },
  { rule: "15.5.6 DELETE", method: "DELETE", lines: [], status: 405 },
  { rule: "15.5.6 PATCH", method: "PATCH", lines: ["Content-Length: 0"], status: 405 },
];

/** A line's words for a file. */
export const inWords = (text: string, bytes: number, etag: string): string =>
  text.replaceAll("{etag}", etag).replace(/\{N(?:-(\d+))?\}/g, (_, less = "0") => String(bytes - Number(less)));
