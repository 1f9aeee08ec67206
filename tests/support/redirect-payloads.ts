// What do attackers write where a return target is expected? (security.md §6)

/** As listed, separated by blanks. */
export const payloads = String.raw`
/\evil.com   /\\evil.com   \evil.com   \/evil.com   //evil.com   ///evil.com   ////evil.com
/%09/evil.com  /%0a/evil.com  /%0d/evil.com  /%0b/evil.com  /%0c/evil.com  /%20/evil.com  /%c2%a0/evil.com  /%e2%80%a8/evil.com  /%00/evil.com
/%2f/evil.com  /%2fevil.com  /%5cevil.com  /%252fevil.com  /.//evil.com  /..//evil.com  /./\evil.com  /a/..//evil.com
https:evil.com  https:/evil.com  https:///evil.com  http:\\evil.com  https://good.example\@evil.com  https://good.example%5c@evil.com
https://good.example@evil.com  https://evil.com#good.example  https://evil.com?good.example  https://evil.com\.good.example
https://good.example.evil.com  https://evilgood.example  https://good.example:443@evil.com  https://good.example:bad/  https://good.example:0443/
https://GOOD.example./   https://good.example%2eevil.com   https://gооd.example   https://good。example   https://ℯvil.com  https://evil。com
https://[::1]/  https://0x7f.1/  https://2130706433/  //google%E3%80%82com  //evil%00.good.example
javascript:alert(1)  JaVaScRiPt:alert(1)  java%09script:alert(1)  data:text/html,x  vbscript:x  //;@evil.com  /;@evil.com  ?@evil.com  @evil.com  .evil.com
`
  .trim()
  .split(/\s+/);

/** Every payload as it may stand in a query: as listed, escaped once and escaped twice. */
export const written: readonly string[] = payloads.flatMap((payload) => [
  inPlainSight(payload),
  encodeURIComponent(payload),
  encodeURIComponent(encodeURIComponent(payload)),
]);

/** What would end the parameter or the request line is escaped, all else is sent as it is: bytes of UTF-8. */
function inPlainSight(payload: string): string {
  return Buffer.from(payload.replaceAll('#', '%23')).toString('latin1');
}
