/** What a gateway at 127.0.0.1:8420 may be called in a Host header. */
export const ALLOWED_HOSTS: readonly string[] = [
  "127.0.0.1:8420",
  "localhost:8420",
  "LOCALHOST:8420",
  "LocalHost:8420",
  "localhost.:8420",
  "[::1]:8420",
  "[0:0:0:0:0:0:0:1]:8420",
  "[0000:0000::0001]:8420",
  "[::ffff:127.0.0.1]:8420",
  "[::FFFF:7F00:1]:8420",
];

/** And what not: other machines' names, other spellings of numbers, what is no host at all. */
export const REFUSED_HOSTS: readonly string[] = [
  // Names that can be made to lead here.
  ...["rebound.example:8420", "rebound.example", "evil.localhost:8420", "localhost.evil:8420", "xlocalhost:8420"],
  ...["localhost.localdomain:8420", "127.0.0.1.nip.io:8420", "localtest.me:8420", "lvh.me:8420", "a.b.c.d:8420"],
  ...["127.0.0.1.evil:8420", "localhost-evil:8420", "_localhost:8420", "ip6-localhost:8420", "xn--lcalhost-54a:8420"],
  // Other ports, and ports that are none.
  ...["127.0.0.1", "localhost", "[::1]", "127.0.0.1:80", "localhost:8421", "127.0.0.1:", "localhost:08420"],
  ...["localhost:+8420", "localhost:8420:8420", "localhost:84200", "localhost:0", "localhost: 8420", "localhost:8420 "],
  ...["localhost:8420a", "localhost:0x20e4", "localhost:-8420", "localhost:٨٤٢٠"],
  // Other addresses of this machine, and spellings that browsers rewrite before they ask.
  ...["0.0.0.0:8420", "127.0.0.2:8420", "127.1:8420", "127.0.1:8420", "2130706433:8420", "0x7f.0.0.1:8420"],
  ...["0x7f000001:8420", "0177.0.0.1:8420", "127.0.0.01:8420", "127.0.0.1.:8420", "[::]:8420", "[::2]:8420"],
  ...["192.168.1.5:8420", "[fe80::1]:8420", "[::1%25lo]:8420", "[::1%lo]:8420", "::1:8420", "[::1:8420", "::1]:8420"],
  ...["[127.0.0.1]:8420", "[localhost]:8420", "[::ffff:10.0.0.1]:8420", "[::127.0.0.1]:8420"],
  // What is no host.
  ...["", " ", ".", "..", ".:8420", ":8420", "localhost..:8420", ".localhost:8420", "-localhost:8420"],
  ...["user@localhost:8420", "user:pass@127.0.0.1:8420", "localhost:8420/", "localhost:8420?x", "localhost:8420#x"],
  ...["http://localhost:8420", "localhost:8420,evil:8420", "localhost:8420, localhost:8420", "local host:8420"],
  ...["localhost%2e:8420", "localhost%00:8420", "loc\u0131lhost:8420", "\uff4cocalhost:8420", "localhost\u3002:8420"],
  ...["localhost\\:8420", "localhost;8420", "*:8420", "null", "undefined", `${"a.".repeat(200)}example:8420`],
];
